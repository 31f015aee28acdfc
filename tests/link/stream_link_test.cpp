// The link as a stream: greetings, frames, and what ends it.
#include "proxy/link/stream_link.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/link/crc32.hpp"
#include "proxy/link/varint.hpp"
#include "tests/link/messages.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::proxy::link;
using namespace std::string_literals;

namespace {

constexpr const char* version = "1.2.3";

/// All that `end` has to say, encoded again.
template <class End>
std::vector<std::string> taken(End& end) {
  std::vector<std::string> out;
  while (auto message = end.next()) out.push_back(*encode(*message));
  return out;
}

template <class End>
std::vector<std::string> fed(End& end, std::string_view bytes, std::size_t chunk) {
  std::vector<std::string> out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(chunk, bytes.size()))) {
    end.feed(bytes.substr(0, chunk));
    for (auto& message : taken(end)) out.push_back(std::move(message));
  }
  return out;
}

/// What FarEnd says to greet, then to send one message in a frame.
struct Said {
  std::string greeting, frame;
};
Said said_by_far(const ToNear& message = Notification{"Stop:T05"}) {
  FarEnd far(version);
  Said said;
  said.greeting = far.take_output();
  far.send(message);
  said.frame = far.take_output();
  return said;
}

std::string checksum(std::string_view of) {
  std::string out;
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(crc32(of) >> shift);
  return out;
}

}  // namespace

TEST_CASE("every message arrives, however the stream is split") {
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
    CAPTURE(chunk);
    NearEnd near(version);
    FarEnd far(version);
    std::vector<std::string> to_far, to_near;
    for (const auto& row : test::to_far_rows()) {
      near.send(row.message);
      to_far.push_back(row.wire);
    }
    for (const auto& row : test::to_near_rows()) {
      far.send(row.message);
      to_near.push_back(row.wire);
    }
    CHECK(fed(far, near.take_output(), chunk) == to_far);
    CHECK(fed(near, far.take_output(), chunk) == to_near);
    CHECK((near.greeted() && far.greeted()));
    CHECK((near.error().empty() && far.error().empty()));
    CHECK_FALSE((near.has_output() || far.has_output()));
  }
}

TEST_CASE("messages of one turn share a frame, and frames are counted and acknowledged") {
  NearEnd near(version);
  FarEnd far(version);
  near.send(Open{});
  near.send(Interrupt{});
  std::string wire = near.take_output();
  std::size_t sent = wire.size();
  CHECK(near.counters().sent.frames == 1);
  CHECK(near.counters().sent.messages == 2);
  near.send(StopTarget{});
  wire += near.take_output();
  sent = wire.size();
  CHECK(near.take_output().empty());
  far.feed(wire);
  CHECK(taken(far).size() == 3);
  CHECK(far.counters().received.frames == 2);
  CHECK(far.counters().received.messages == 3);
  CHECK(far.counters().received.plain == near.counters().sent.plain);
  CHECK(near.counters().sent.plain == 6);  // a length and a byte each
  CHECK(far.counters().received.wire == sent);
  CHECK(near.counters().sent.wire == sent);
  CHECK(near.unacknowledged() == 2);
  far.send(Opened{true});
  near.feed(far.take_output());
  CHECK(taken(near).size() == 1);
  CHECK(near.unacknowledged() == 0);
}

TEST_CASE("a message may be larger than a frame") {
  NearEnd near(version);
  FarEnd far(version);
  std::string text;
  for (std::uint32_t i = 0, value = 1; i < 3U << 20; ++i)
    text += static_cast<char>((value = value * 1664525 + 1013904223) >> 24);
  far.send(FileRead{1, text, ""});
  near.feed(far.take_output());
  const auto message = near.next();
  REQUIRE(message);
  REQUIRE(std::holds_alternative<FileRead>(*message));
  CHECK(std::get<FileRead>(*message).text == text);
  CHECK(near.counters().received.frames == 13);
  CHECK(near.counters().received.wire < text.size() * 102 / 100);
}

TEST_CASE("what was said before costs little to say again") {
  FarEnd far(version);
  std::string page;
  for (std::uint32_t i = 0, value = 1; i < 8192; ++i)
    page += "0123456789abcdef"[(value = value * 1664525 + 1013904223) >> 28];
  const auto cost = [&] {
    const auto before = far.counters().sent.wire;
    for (int i = 0; i < 16; ++i) {
      std::rotate(page.begin(), page.begin() + 13, page.end());
      far.send(Fact{{std::nullopt, "m" + std::to_string(i)}, page});
    }
    far.take_output();
    return far.counters().sent.wire - before;
  };
  CHECK(cost() > 4000);
  CHECK(cost() < 400);
}

TEST_CASE("what a login shell says first is skipped") {
  const Said said = said_by_far();
  for (const char* noise : {"Welcome!\r\n", "\x7fRSP", "\x7fRSPLIN\x7f"}) {
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{1000}}) {
      NearEnd near(version);
      CHECK(fed(near, noise + said.greeting + said.frame, chunk).size() == 1);
      CHECK(near.error().empty());
    }
  }
  NearEnd near(version);
  CHECK(fed(near, "sh: not found\n", 3).empty());
  CHECK(near.noise() == "sh: not found");
  CHECK(fed(near, std::string(FrameStream::max_noise + 100, 'x'), 1000).empty());
  CHECK(near.error().starts_with("the far helper doesn't greet; instead came: sh: not found xxx"));
}

TEST_CASE("an end that isn't of our kind") {
  struct Row {
    const char* what;
    std::string greeting, error;
  };
  const auto greets = [](const std::string& text) {
    return "\x7fRSPLINK" + text + checksum("\x7fRSPLINK" + text);
  };
  const Row rows[] = {
      {"another protocol", "\x7fRSPLINK\x02"s,
       "the far helper is of version 2 of the link's protocol, and this end of version 1"},
      {"another program version", FarEnd("1.2.4").take_output(),
       "the far helper is of version 1.2.4, and this end of version 1.2.3"},
      {"a version that isn't text",
       greets("\x01"
              "f\x01\x07"),
       "the far helper is of version , and this end of version 1.2.3"},
      {"another near", NearEnd(version).take_output(), "the far helper sent the greeting of the wrong end"},
      {"neither near nor far",
       greets("\x01x\x05"
              "1.2.3"),
       "the far helper sent a greeting that can't be understood"},
      {"a version too long",
       greets("\x01"
              "f\x41" +
              std::string(65, '1')),
       "the far helper sent a greeting that can't be understood"},
      {"a protocol of more than 64 bits", "\x7fRSPLINK" + std::string(10, '\xff'),
       "the far helper sent a greeting that can't be understood"},
      {"a wrong checksum",
       "\x7fRSPLINK\x01"
       "f\x05"
       "1.2.3abcd",
       "the far helper sent a greeting that can't be understood"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    NearEnd near(version);
    CHECK(fed(near, row.greeting + said_by_far().frame, 1).empty());
    CHECK(near.error() == row.error);
    CHECK_FALSE(near.greeted());
    CHECK(near.take_output().starts_with("\x7fRSPLINK"));  // so that the other end can tell, too
  }
}

TEST_CASE("frames that end the link") {
  const Said said = said_by_far();
  const auto frame = [](const std::string& header, const std::string& payload) {
    return header + checksum(header + payload) + payload;
  };
  // A whole stream, as no Compressor ends one: "zstd" once.
  const std::string ended = "\x28\xb5\x2f\xfd\x20\x04\x21\x00\x00zstd"s;
  const struct {
    const char* what;
    std::string bytes, error;
  } rows[] = {
      {"the same frame twice", said.frame + said.frame, "the far helper sent a frame out of order"},
      {"a frame too early", frame("\x02\x00\x00"s, ""), "the far helper sent a frame out of order"},
      {"not compressed", frame("\x01\x00\x05"s, "hello"),
       "the far helper sent a frame that can't be decompressed"},
      {"the stream's end", frame("\x01\x00\x0d"s, ended),
       "the far helper sent a frame that can't be decompressed"},
      {"a frame that wasn't sent is acknowledged", frame("\x01\x02\x00"s, ""),
       "the far helper sent the acknowledgement of a frame that it never got"},
      {"a frame of more than a frame may have", "\x01\x00\xff\xff\xff\x7f"s,
       "the far helper sent a damaged frame"},
      {"a number that never ends", std::string(10, '\x80'), "the far helper sent a damaged frame"},
      {"a wrong checksum", "\x01\x00\x01zzzz!"s, "the far helper sent a damaged frame"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    NearEnd near(version);
    near.send(Open{});
    near.take_output();
    fed(near, said.greeting + row.bytes, 1);
    CHECK(near.error() == row.error);
    const std::string first = near.error();
    CHECK(fed(near, said.frame, 100).empty());
    CHECK(near.error() == first);
    near.send(Interrupt{});
    CHECK(near.take_output().empty());
  }
}

TEST_CASE("a record that is no message, or longer than one may be, ends the link") {
  for (const std::string& record : {"\x63"s, ""s}) {
    FrameStream far(Side::far, version);
    NearEnd near(version);
    far.send(record);
    near.feed(far.take_output());
    CHECK_FALSE(near.next());
    CHECK(near.error() == "a message came that can't be understood");
  }
  // Frames carry records as a stream: this one's length is in the record of another FrameStream.
  std::string plain;
  append_varint(plain, max_message + 1);
  const std::string payload = Compressor().compress(plain);
  const std::string header = "\x01\x00"s + static_cast<char>(payload.size());
  NearEnd near(version);
  near.feed(said_by_far().greeting + header + checksum(header + payload) + payload);
  CHECK_FALSE(near.next());
  CHECK(near.error() == "the far helper sent a message that is too large");
}

TEST_CASE("a frame never holds more than its bound") {
  const std::string plain(FrameStream::max_plain + 1, 'x');
  const std::string payload = Compressor().compress(plain);
  REQUIRE(payload.size() < 100);
  const std::string header = "\x01\x00"s + static_cast<char>(payload.size());
  NearEnd near(version);
  near.feed(said_by_far().greeting + header + checksum(header + payload) + payload);
  CHECK_FALSE(near.next());
  CHECK(near.error() == "the far helper sent a frame that can't be decompressed");
}

TEST_CASE("each damaged byte and each truncation is noticed") {
  const Said said = said_by_far();
  const std::string whole = said.greeting + said.frame;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    NearEnd near(version);
    CHECK(fed(near, whole.substr(0, at), 5).empty());
    CHECK(near.error().empty());  // the rest may come
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    NearEnd second(version);
    CHECK(fed(second, damaged, 5).empty());  // an error, or a wait for what never comes
  }
}

TEST_CASE("a message too large to be sent ends the link") {
  NearEnd near(version);
  near.send(Wanted{.of_stopped_thread = std::vector<std::string>(max_list + 1)});
  CHECK(near.error() == "a message is too large for the link");
}
