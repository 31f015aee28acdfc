// What the verbs that look at a session are told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace rspbridge::proxy::cli::look {

struct Options {
  std::string session;  ///< --session, as given; empty: the only one
  std::string token;    ///< what --http-token-file holds
  bool json = false;

  std::optional<std::uint64_t> address;  ///< memory; memmap --addr
  std::uint64_t length = 0;              ///< memory, in bytes
  std::string permissions, path;         ///< memmap --perm, --path
  bool delve = false;                    ///< memmap --delve
  std::string thread;                    ///< registers --thread; empty: the one that stopped
  bool raw = false;                      ///< memory --raw
  std::filesystem::path output;          ///< memory, core and crash -o; empty: stdout
  std::string format;                    ///< crash --format
  bool if_any = false;                   ///< stop --if-any
};

}  // namespace rspbridge::proxy::cli::look
