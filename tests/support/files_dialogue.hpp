// A GDB that reads files of the target, and a store that makes something else of some.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/near/view/symbol_store.hpp"
#include "rsp/escape.hpp"
#include "rsp/vfile.hpp"
#include "tests/support/dialogue.hpp"

namespace rspbridge::tests::files {

inline const std::string features =
    "PacketSize=4000;QPassSignals+;QProgramSignals+;QStartupWithShell+;QStartNoAckMode+";
inline const std::string path = "/lib/libx.so";
inline const std::string original = "ELF:" + std::string(9000, 'o');

// Knows a file by its first four bytes, and makes it upper case and longer.
struct FakeStore : proxy::near::SymbolStore {
  std::optional<std::string> recognise(const std::string& first_bytes) override {
    return first_bytes.starts_with("ELF:") ? std::optional<std::string>("b1d") : std::nullopt;
  }
  std::optional<proxy::near::StoredFile> find(const proxy::near::FileIdentity& file) override {
    asked.push_back(file);
    return kept;
  }
  proxy::near::StoredFile take(const proxy::near::FileIdentity&, std::string contents) override {
    taken = contents;
    if (!refusal.empty()) return {nullptr, refusal};
    return {std::make_shared<const std::string>("TRANSLATED" + contents), {}};
  }
  std::optional<proxy::near::StoredFile> debug_file(const std::string& build_id) override {
    if (build_id != "abcdef") return std::nullopt;
    return proxy::near::StoredFile{std::make_shared<const std::string>("debug"), {}};
  }
  tl::expected<std::uint64_t, std::string> vdso_size(const std::string&) override {
    return tl::unexpected(std::string("a fake"));
  }
  tl::expected<std::string, std::string> vdso(const std::string&) override {
    return tl::unexpected(std::string("a fake"));
  }
  std::vector<proxy::near::FileIdentity> asked;
  std::optional<proxy::near::StoredFile> kept;
  std::string taken, refusal;
};

struct WithFiles : Dialogue {
  explicit WithFiles(bool keeps_answers = false) : Dialogue(keeps_answers) {
    view.symbols = store;
    open(features);
  }
  void stub_has(const std::string& contents) {
    gdb_sends(rsp::format_vfile_open(path, 0, 0));
    stub_gets(rsp::format_vfile_open(path, 0, 0));
    stub_sends("F5");
    stub_gets("vFile:fstat:5");
    stub_sends(rsp::format_vfile_attachment(rsp::format_file_status(contents.size())));
    stub_gets(rsp::format_vfile_pread(5, 4096, 0));
    stub_sends(rsp::format_vfile_attachment(contents.substr(0, 4096)));
  }
  void stub_is_read() {
    stub_gets(rsp::format_vfile_pread(5, 8192, 0));
    stub_gets(rsp::format_vfile_pread(5, original.size() - 8192, 8192));
    stub_sends(rsp::format_vfile_attachment(original.substr(0, 8192)));
    stub_sends(rsp::format_vfile_attachment(original.substr(8192)));
  }
  std::shared_ptr<FakeStore> store = std::make_shared<FakeStore>();
};

}  // namespace rspbridge::tests::files
