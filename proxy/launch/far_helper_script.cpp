#include "proxy/launch/far_helper_script.hpp"

#include <array>
#include <cstdint>

#include "proxy/launch/shell_words.hpp"

namespace rspbridge::proxy::launch {
namespace {

// All of it is for a POSIX shell, and heeds what login_shell_script() asks: no single quotes, no newlines, no
// exclamation marks, no backslashes.

constexpr std::string_view say = "say() { echo \"rspbridge-far: $*\"; exit 0; }; ";
// What nobody reads of an upload would keep the other end from listening.
constexpr std::string_view drain_and_say = "say() { cat >/dev/null; echo \"rspbridge-far: $*\"; exit 0; }; ";

constexpr std::string_view tools =
    "umask 077; "
    // Whoever could forge a file in that folder is the user or root, so without sha256sum a checksum against
    // damage does.
    "sum() { if command -v sha256sum >/dev/null 2>&1; then sha256sum <\"$1\"; else cksum <\"$1\"; fi; }; "
    "sound() { case $(sum \"$1\" 2>&1) in \"$hash\"|\"$hash \"*|\"$crc\"|\"$crc \"*) return 0;; esac; return "
    "1; }; ";

// Sets d, and the physical path that it must have: nothing below the home directory may be a symbolic link.
constexpr std::string_view find_folder =
    "if [ -n \"$XDG_CACHE_HOME\" ]; then b=${XDG_CACHE_HOME%/}; p=$b; "
    "else [ -n \"$HOME\" ] || say failed \"neither HOME nor XDG_CACHE_HOME is set on the target\"; "
    "b=$HOME/.cache; p=$(cd -P \"$HOME\" 2>/dev/null && pwd -P); p=${p%/}/.cache; fi; "
    "case $b in /*) ;; *) say failed \"the cache folder $b on the target is no absolute path\";; esac; "
    "d=$b/rspbridge; ";

constexpr std::string_view make_folder =
    "e=$(mkdir -p \"$b\" 2>&1) || say failed \"no folder for the helper on the target: $e\"; "
    "[ \"$(cd -P \"$b\" 2>/dev/null && pwd -P)\" = \"$p\" ] || say failed \"there is a symbolic link on the "
    "way to $d on the target\"; "
    "[ -d \"$d\" ] || e=$(mkdir \"$d\" 2>&1) || [ -d \"$d\" ] || say failed \"no folder for the helper on "
    "the target: $e\"; ";

// Checked from within: what is entered can't be exchanged any more.
constexpr std::string_view enter_folder =
    "e=$(cd -P \"$d\" 2>&1) && cd -P \"$d\" || say failed \"$d on the target can not be entered: $e\"; "
    "[ \"$(pwd -P)\" = \"$p/rspbridge\" ] || say failed \"there is a symbolic link on the way to $d on the "
    "target\"; "
    "set -- $(ls -ldn .); "
    "[ \"$3\" = \"$(id -u)\" ] || say failed \"$d on the target belongs to another user ($3)\"; "
    "case $1 in drwx--[-S]---*) ;; *) say failed \"$d on the target is open to others ($1): chmod 700 it\";; "
    "esac; ";

// Two versions in use by turns don't chase each other away; where there is no find, old helpers stay.
constexpr std::string_view doomed_if_unused =
    "doomed() { [ -n \"$(find \"$1\" -mtime +30 2>/dev/null)\" ]; }; ";
constexpr std::string_view doomed_all = "doomed() { true; }; ";

// Removes helpers that are doomed, and uploads that nobody works on any more. Sets n, how many helpers.
constexpr std::string_view sweep =
    "n=0; for g in *; do case $g in "
    "upload.*) kill -0 \"${g#upload.}\" 2>/dev/null || rm -f \"$g\"; continue;; esac; "
    "[ ${#g} = 64 ] && doomed \"$g\" && rm -f \"$g\" && n=$((n+1)); done; ";

std::string known(const HelperImage& image) {
  return "hash=" + image.sha256 + "; crc=\"" + image.cksum + "\"; m=" + image.machine;
}

std::string pick_image(const std::vector<HelperImage>& images) {
  std::string script = "case $(uname -m) in ";
  for (const HelperImage& image : images) script += image.machine + ") " + known(image) + ";; ";
  return script + "*) say machine \"$(uname -m)\";; esac; ";
}

}  // namespace

std::string start_script(const std::vector<HelperImage>& images, std::string_view option,
                         std::string_view stub, std::string_view version) {
  return std::string(say) + std::string(tools) +
         "command -v sha256sum >/dev/null 2>&1 || command -v cksum >/dev/null 2>&1 || "
         "say failed \"the target has neither sha256sum nor cksum, by which the helper could be checked\"; " +
         pick_image(images) + std::string(find_folder) + "[ -d \"$d\" ] || say missing $m; " +
         std::string(enter_folder) +
         "[ -h $hash ] && rm -f $hash; "
         "[ -f $hash ] || say missing $m; "
         "sound $hash || { rm -f $hash; say missing $m; }; "
         "touch $hash 2>/dev/null; " +
         std::string(doomed_if_unused) + std::string(sweep) +
         "v=$(./$hash --version 2>&1 </dev/null); [ \"$v\" = \"" + std::string(version) +
         "\" ] || say failed \"the helper in $d can not be run on the target: $v\"; "
         "echo \"rspbridge-far: ready\"; exec ./$hash " +
         std::string(option) + " \"" + std::string(stub) + "\"";
}

std::string store_script(const HelperImage& image) {
  return std::string(drain_and_say) + std::string(tools) + known(image) + "; " + std::string(find_folder) +
         std::string(make_folder) + std::string(enter_folder) +
         "t=upload.$$; "
         "e=$( (cat >$t) 2>&1 ) || { rm -f $t; say failed \"the helper can not be stored in "
         "$d on the "
         "target: $e\"; }; "
         "sound $t || { rm -f $t; say failed \"the helper arrived damaged on the target\"; }; "
         "e=$(chmod 700 $t 2>&1 && mv -f $t $hash 2>&1) || { rm -f $t; say failed \"the helper can not be "
         "stored in $d "
         "on the target: $e\"; }; "
         "say stored";
}

std::string remove_script() {
  return std::string(say) + std::string(tools) + std::string(find_folder) +
         "[ -d \"$d\" ] || [ -h \"$d\" ] || say removed 0; " + std::string(enter_folder) +
         std::string(doomed_all) + std::string(sweep) +
         // What else an rspbridge of the target's own keeps there stays.
         "[ -z \"$(ls -A)\" ] || say removed $n; "
         "cd /; e=$(rmdir \"$d\" 2>&1) || say failed \"$n helpers were removed, but $d on the target stays: "
         "$e\"; "
         "say removed $n";
}

// POSIX, cksum: CRC with polynomial 0x04C11DB7, not reflected, over the bytes and then the length, its lowest
// byte first.
std::string posix_cksum(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> rows{};
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      std::uint32_t value = i << 24;
      for (int bit = 0; bit < 8; ++bit) value = (value << 1) ^ ((value >> 31) != 0 ? 0x04C11DB7U : 0);
      rows[i] = value;
    }
    return rows;
  }();
  std::uint32_t crc = 0;
  const auto add = [&crc](std::uint8_t byte) { crc = (crc << 8) ^ table[(crc >> 24) ^ byte]; };
  for (const char c : bytes) add(static_cast<std::uint8_t>(c));
  for (std::size_t size = bytes.size(); size != 0; size >>= 8) add(static_cast<std::uint8_t>(size & 0xff));
  return std::to_string(~crc) + " " + std::to_string(bytes.size());
}

}  // namespace rspbridge::proxy::launch
