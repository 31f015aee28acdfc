#include "transport/ssh_config.hpp"

#include "tests/support/catch.hpp"
#include "tests/transport/ssh_server.hpp"
#include "transport/local_user.hpp"
#include "transport/ssh.hpp"

namespace rspbridge::transport {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("Values are split at blanks, with quotes and comments") {
  struct Case {
    std::string text;
    std::optional<Words> words;
  };
  const std::vector<Case> cases{
      {"", Words{}},
      {"a", Words{"a"}},
      {"  a \t b  ", Words{"a", "b"}},
      {"\"a b\" c", Words{"a b", "c"}},
      {"a\"b c\"d", Words{"ab cd"}},
      {"\"\"", Words{""}},
      {"a # b", Words{"a"}},
      {"a#b", Words{"a#b"}},
      {"\"a", std::nullopt},
  };
  for (const auto& [text, words] : cases) {
    INFO(text);
    CHECK(split_words(text) == words);
  }
}

TEST_CASE("Patterns match as ssh_config(5) says") {
  struct Case {
    std::string name;
    Words patterns;
    bool matches;
  };
  const std::vector<Case> cases{
      {"board", {"board"}, true},
      {"Board", {"bOARD"}, true},
      {"board", {"*"}, true},
      {"board", {"b*d"}, true},
      {"board", {"b?ard"}, true},
      {"board", {"b?rd"}, false},
      {"board", {"boards"}, false},
      {"board", {"oard"}, false},
      {"board", {"*", "!board"}, false},
      {"board", {"!board", "*"}, false},
      {"board", {"!other"}, false},
      {"board", {}, false},
      {"10.0.0.7", {"10.*.7"}, true},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", {"*a*a*a*a*a*a*a*a*a*a*a*c"}, false},
  };
  for (const auto& [name, patterns, matches] : cases) {
    CAPTURE(name, patterns);
    CHECK(matches_patterns(name, patterns) == matches);
  }
}

struct Reader {
  test::TempDir dir;
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    test::write_file(dir.path() / name, text);
    return dir.path() / name;
  }
  SshConfig read(const std::string& host, const std::string& text,
                 std::optional<std::string> user = {}) const {
    SshConfig config(host, std::move(user));
    config.read(write("config", text), dir.path(), true);
    return config;
  }
  std::string error(const std::string& text) const {
    try {
      read("board", text);
    } catch (const SshError& thrown) {
      CHECK(thrown.code() == SshErrc::bad_config);
      return thrown.what();
    }
    return "";
  }
};

TEST_CASE("The first value wins, in the blocks that match") {
  const Reader reader;
  const std::string text =
      "# comment\n"
      "Port=1\n"
      "Host other *.lab !board\n"
      "  User wrong\n"
      "Host board\n"
      "  user = right\n"
      "  HostName 10.0.0.7\n"
      "  IdentityFile one\n"
      "Host 10.*\n"
      "  Compression yes\n"
      "Host *\n"
      "\tUser late\r\n"
      "  Port 2\n"
      "  IdentityFile \"two and a half\"\n";
  const SshConfig config = reader.read("board", text);
  CHECK(config.value("port") == "1");
  CHECK(config.value("user") == "right");
  CHECK(config.value("hostname") == "10.0.0.7");
  CHECK_FALSE(config.value("compression").has_value());  // Host is about the name that was given
  CHECK(config.all("identityfile") == Words{"one", "\"two and a half\""});
  CHECK_FALSE(config.value("ciphers").has_value());
}

TEST_CASE("Match looks at the host, the user and commands") {
  const Reader reader;
  const auto matches = [&](const std::string& line, std::optional<std::string> user = {}) {
    return reader
        .read("board", "HostName 10.0.0.7\nUser dev\nMatch " + line + "\n  Port 7\n", std::move(user))
        .value("port")
        .has_value();
  };
  CHECK(matches("all"));
  CHECK(matches("host 10.*"));
  CHECK_FALSE(matches("host board"));
  CHECK(matches("originalhost board,other"));
  CHECK_FALSE(matches("!originalhost board"));
  CHECK(matches("user dev"));
  CHECK_FALSE(matches("user dev", "root"));
  CHECK(matches("user root host 10.*", "root"));
  CHECK(matches("localuser " + local_user_name()));
  CHECK(matches("exec true"));
  CHECK(matches("exec \"test %h = 10.0.0.7\""));
  CHECK_FALSE(matches("exec false"));
  CHECK(matches("!exec false"));
  CHECK_FALSE(matches("canonical"));
  const auto marker = reader.dir.path() / "ran";
  CHECK_FALSE(matches("user nobody exec \"touch " + marker.string() + "\""));
  CHECK_FALSE(std::filesystem::exists(marker));
}

TEST_CASE("Match final comes after everything else") {
  const Reader reader;
  const auto file = reader.write("config", "Match final\n  Port 1\n  User last\nMatch all\n  Port 2\n");
  SshConfig config("board", {});
  config.read(file, reader.dir.path(), true);
  REQUIRE(config.wants_final_pass());
  config.begin_final_pass();
  config.read(file, reader.dir.path(), true);
  CHECK(config.value("port") == "2");
  CHECK(config.value("user") == "last");
}

TEST_CASE("Include takes patterns, and a block in an included file ends with it") {
  const Reader reader;
  reader.write("a.conf", "Host nowhere\n  Port 1\n");
  reader.write("b.conf", "User included\n");
  const SshConfig config =
      reader.read("board", "Include *.conf missing\nPort 3\nHost x\n  Include c\nHost board\n  User late\n");
  CHECK(config.value("port") == "3");
  CHECK(config.value("user") == "included");
}

TEST_CASE("What is wrong in a file is named with its line") {
  const Reader reader;
  CHECK(reader.error("Port 1\nUser \"x\n").find("config line 2: a quote") != std::string::npos);
  CHECK(reader.error("Port\n").find("line 1: port has no value") != std::string::npos);
  CHECK(reader.error("Match\n").find("no value") != std::string::npos);
  CHECK(reader.error("Match user\n").find("needs an argument") != std::string::npos);
  CHECK(reader.error("Match weather rain\n").find("weather") != std::string::npos);
  CHECK(reader.error("Include config\n").find("too deeply") != std::string::npos);
  CHECK(reader.error("SomethingNew yes\n") == "");
  SshConfig config("board", {});
  CHECK_THROWS_AS(config.read(reader.dir.path() / "missing", reader.dir.path(), true), SshError);
  CHECK_NOTHROW(config.read(reader.dir.path() / "missing", reader.dir.path(), false));
}

TEST_CASE("An option of the command line is checked") {
  SshConfig config("board", {});
  config.add_option("Port=7");
  config.add_option("user  dev");
  config.add_option("Port=8");
  CHECK(config.value("port") == "7");
  CHECK(config.value("user") == "dev");
  for (const std::string option : {"Prot=7", "Port", "Port=", "=7", "", "Host=x", "Match=all"}) {
    INFO(option);
    std::string message;
    try {
      config.add_option(option);
    } catch (const SshError& error) {
      CHECK(error.code() == SshErrc::bad_config);
      message = error.what();
    }
    CHECK(message != "");
    if (option == "Prot=7") CHECK(message.find("'prot'") != std::string::npos);
  }
}

}  // namespace
}  // namespace rspbridge::transport
