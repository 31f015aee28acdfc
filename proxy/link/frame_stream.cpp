#include "proxy/link/frame_stream.hpp"

#include <algorithm>
#include <utility>

#include "proxy/link/codec.hpp"
#include "proxy/link/crc32.hpp"
#include "proxy/link/varint.hpp"

namespace rspbridge::proxy::link {
namespace {

constexpr std::string_view magic = "\x7fRSPLINK";
constexpr std::size_t max_version_text = 64;
constexpr std::size_t checksum_size = 4;
// zstd's own bound is 0.4 % above the plain size; a block of it has three bytes of header.
constexpr std::size_t max_payload = FrameStream::max_plain + FrameStream::max_plain / 128 + 1024;

void append_checksum(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xff);
}

bool take_checksum(std::string_view& bytes, std::uint32_t& value) {
  if (bytes.size() < checksum_size) return false;
  value = 0;
  for (std::size_t i = 0; i < checksum_size; ++i)
    value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  bytes.remove_prefix(checksum_size);
  return true;
}

char letter(Side side) {
  return side == Side::near ? 'n' : 'f';
}

std::string greeting(Side side, std::string_view program_version) {
  std::string out(magic);
  append_varint(out, protocol_version);
  out += letter(side);
  append_varint(out, program_version.size());
  out += program_version;
  append_checksum(out, crc32(out));
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= ' ' && c <= '~' ? c : ' ';
  const auto first = out.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

struct Greeting {
  std::uint64_t protocol = 0;
  char side = 0;  ///< the rest is there only if the protocol is ours: it is that version's own affair
  std::string_view program_version;
  std::size_t size = 0;  ///< bytes of it all
};

/// @param bytes begin with the magic
VarintState parse_greeting(std::string_view bytes, Greeting& greeting) {
  std::string_view rest = bytes.substr(magic.size());
  VarintState state = take_varint(rest, greeting.protocol);
  if (state != VarintState::whole || greeting.protocol != protocol_version) return state;
  if (rest.empty()) return VarintState::incomplete;
  greeting.side = rest.front();
  rest.remove_prefix(1);
  std::uint64_t size = 0;
  state = take_varint(rest, size);
  if (state != VarintState::whole) return state;
  if (size > max_version_text) return VarintState::malformed;
  if (rest.size() < size) return VarintState::incomplete;
  greeting.program_version = rest.substr(0, size);
  rest.remove_prefix(size);
  const std::uint32_t expected = crc32(bytes.substr(0, bytes.size() - rest.size()));
  std::uint32_t checksum = 0;
  if (!take_checksum(rest, checksum)) return VarintState::incomplete;
  greeting.size = bytes.size() - rest.size();
  const bool known = greeting.side == letter(Side::near) || greeting.side == letter(Side::far);
  return known && checksum == expected ? VarintState::whole : VarintState::malformed;
}

}  // namespace

FrameStream::FrameStream(Side side, std::string program_version)
    : side_(side), program_version_(std::move(program_version)), output_(greeting(side, program_version_)) {}

void FrameStream::fail(std::string sentence) {
  if (error_.empty()) error_ = std::move(sentence);
}

FrameStream::Step FrameStream::malformed(const char* what) {
  fail(std::string(other()) + " sent " + what);
  return Step::incomplete;
}

std::string FrameStream::noise() const {
  return printable(greeted_ ? noise_ : noise_ + input_.substr(0, 200));
}

void FrameStream::send(std::string_view record) {
  if (record.size() > max_message) return fail("a message is too large for the link");
  append_varint(plain_out_, record.size());
  plain_out_ += record;
  ++counters_.sent.messages;
}

std::string FrameStream::take_output() {
  if (error_.empty())
    for (std::string_view rest = plain_out_; !rest.empty();
         rest.remove_prefix(std::min(rest.size(), max_plain)))
      append_frame(rest.substr(0, max_plain));
  plain_out_.clear();
  counters_.sent.wire += output_.size();
  return std::exchange(output_, {});
}

void FrameStream::append_frame(std::string_view plain) {
  const std::string payload = compressor_.compress(plain);
  std::string header;
  append_varint(header, ++counters_.sent.frames);
  append_varint(header, counters_.received.frames);
  append_varint(header, payload.size());
  output_ += header;
  append_checksum(output_, crc32(payload, crc32(header)));
  output_ += payload;
  counters_.sent.plain += plain.size();
}

std::optional<std::string> FrameStream::next() {
  while (error_.empty()) {
    if (auto record = take_record()) return record;
    if ((greeted_ ? read_frame() : read_greeting()) == Step::incomplete) return std::nullopt;
  }
  return std::nullopt;
}

// A login shell may say something first.
bool FrameStream::skip_noise() {
  std::size_t skip = input_.find(magic);
  const bool found = skip != std::string::npos;
  if (!found) skip = input_.size() - std::min(input_.size(), magic.size() - 1);
  noise_.append(input_, 0, std::min(skip, std::size_t{200} - std::min<std::size_t>(noise_.size(), 200)));
  input_.erase(0, skip);
  noise_size_ += skip;
  counters_.received.wire += skip;
  if (noise_size_ > max_noise) fail(std::string(other()) + " doesn't greet; instead came: " + noise());
  return found && error_.empty();
}

FrameStream::Step FrameStream::read_greeting() {
  if (!skip_noise()) return Step::incomplete;
  Greeting theirs;
  switch (parse_greeting(input_, theirs)) {
    case VarintState::incomplete:
      return Step::incomplete;
    case VarintState::malformed:
      return malformed("a greeting that can't be understood");
    case VarintState::whole:
      break;
  }
  const auto differs = [this](const std::string& what, const std::string& here) {
    fail(std::string(other()) + " is of " + what + ", and this end of " + here);
    return Step::incomplete;
  };
  if (theirs.protocol != protocol_version)
    return differs("version " + std::to_string(theirs.protocol) + " of the link's protocol",
                   "version " + std::to_string(protocol_version));
  if (theirs.side == letter(side_)) return malformed("the greeting of the wrong end");
  if (theirs.program_version != program_version_)
    return differs("version " + printable(theirs.program_version), "version " + program_version_);
  greeted_ = true;
  counters_.received.wire += theirs.size;
  input_.erase(0, theirs.size);
  return Step::done;
}

FrameStream::Step FrameStream::read_frame() {
  std::string_view rest = input_;
  std::uint64_t number = 0, acknowledged = 0, size = 0;
  for (std::uint64_t* field : {&number, &acknowledged, &size}) {
    const VarintState state = take_varint(rest, *field);
    if (state == VarintState::malformed) return malformed("a damaged frame");
    if (state == VarintState::incomplete) return Step::incomplete;
  }
  if (size > max_payload) return malformed("a damaged frame");
  const std::string_view header = std::string_view(input_).substr(0, input_.size() - rest.size());
  std::uint32_t checksum = 0;
  if (!take_checksum(rest, checksum) || rest.size() < size) return Step::incomplete;
  const std::string_view payload = rest.substr(0, size);
  if (checksum != crc32(payload, crc32(header))) return malformed("a damaged frame");
  if (number != counters_.received.frames + 1) return malformed("a frame out of order");
  if (acknowledged < acknowledged_ || acknowledged > counters_.sent.frames)
    return malformed("the acknowledgement of a frame that it never got");
  plain_in_.erase(0, std::exchange(plain_used_, 0));
  const std::size_t before = plain_in_.size();
  if (!decompressor_.decompress(payload, max_plain, plain_in_))
    return malformed("a frame that can't be decompressed");
  acknowledged_ = acknowledged;
  ++counters_.received.frames;
  counters_.received.plain += plain_in_.size() - before;
  const std::size_t used = header.size() + checksum_size + payload.size();
  counters_.received.wire += used;
  input_.erase(0, used);
  return Step::done;
}

std::optional<std::string> FrameStream::take_record() {
  std::string_view rest = std::string_view(plain_in_).substr(plain_used_);
  std::uint64_t size = 0;
  const VarintState state = take_varint(rest, size);
  if (state == VarintState::malformed || (state == VarintState::whole && size > max_message))
    malformed("a message that is too large");
  if (state != VarintState::whole || size > max_message || rest.size() < size) return std::nullopt;
  std::string record(rest.substr(0, size));
  plain_used_ = plain_in_.size() - rest.size() + size;
  ++counters_.received.messages;
  return record;
}

}  // namespace rspbridge::proxy::link
