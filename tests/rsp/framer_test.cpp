#include "rsp/framer.hpp"

#include <string>
#include <vector>

#include "tests/rsp/feeds.hpp"
#include "tests/support/catch.hpp"

using namespace rspbridge::rsp;
using namespace std::string_literals;

namespace {

constexpr std::size_t limit = 20;

/// One frame as a word: its kind's letter, its payload, `!` if the checksum is wrong.
std::string word(const Frame& frame) {
  constexpr char letters[] = "pnAN^go";
  std::string out{letters[static_cast<int>(frame.kind)]};
  return out + frame.payload + (frame.checksum_ok ? "" : "!");
}

std::vector<std::string> words(const Chunks& chunks) {
  Framer framer(limit);
  std::vector<std::string> out;
  for (const auto chunk : chunks) {
    framer.feed(chunk);
    while (auto frame = framer.next()) out.push_back(word(*frame));
  }
  return out;
}

struct Row {
  std::string wire;
  std::vector<std::string> expected;
};

}  // namespace

TEST_CASE("the framer cuts a stream into frames, however it is split") {
  const std::vector<Row> rows{
      {"", {}},
      {"$g#67", {"pg"}},
      {"$#00", {"p"}},
      {"+$OK#9a", {"A", "pOK"}},
      {"-+\x03", {"N", "A", "^"}},
      {"%Stop:T05#99", {"nStop:T05"}},
      {"$OK#9A", {"pOK"}},
      {"$g#67$?#3f", {"pg", "p?"}},
      {"$m0,4#fd\x03$g#67", {"pm0,4", "^", "pg"}},
      // Checksums that don't fit, or are none.
      {"$g#68", {"pg!"}},
      {"$g#6x$g#67", {"pg!", "pg"}},
      {"$g#$$g#67+", {"pg!", "gg#67", "A"}},
      {"$g##7+", {"pg!", "A"}},
      {"%x#00", {"nx!"}},
      // What means something between packets is data inside of them.
      {"$a\x03+-%b#bd", {"pa\x03+-%b!"}},
      {"$a\x03+-%b#43", {"pa\x03+-%b"}},
      {"$\0\xff#ff"s, {"p\0\xff"s}},
      // A `$` inside a payload is the next packet.
      {"$abc$g#67", {"g$abc", "pg"}},
      {"$$g#67", {"g$", "pg"}},
      {"%abc$g#67", {"g%abc", "pg"}},
      {"$abc%g#67", {"pabc%g!"}},
      // Garbage is told when something else begins.
      {"junk", {}},
      {"junk+", {"gjunk", "A"}},
      {"ju#nk$g#67", {"gju#nk", "pg"}},
      {"$g#67\n+", {"pg", "g\n", "A"}},
      {std::string(100, 'x') + "+", {"g" + std::string(64, 'x'), "A"}},
      {"$" + std::string(19, 'a') + "$g#67", {"g$" + std::string(19, 'a'), "pg"}},
      // The limit is 20 bytes here.
      {"$" + std::string(20, 'a') + "#94", {"p" + std::string(20, 'a')}},
      {"$" + std::string(21, 'a') + "#f5+", {"o$" + std::string(21, 'a'), "A"}},
      {"$" + std::string(21, 'a') + "#f6+", {"o$" + std::string(21, 'a') + "!", "A"}},
      {"%" + std::string(99, 'a') + "#83$g#67", {"o%" + std::string(63, 'a'), "pg"}},
      {"$" + std::string(30, 'a') + "$g#67", {"g$" + std::string(30, 'a'), "pg"}},
  };
  for (const auto& row : rows) {
    for (const auto& chunks : ways_to_feed(row.wire)) {
      CAPTURE(describe(chunks));
      CHECK(words(chunks) == row.expected);
    }
  }
}

TEST_CASE("the framer holds no more than its limit of an unfinished packet") {
  Framer framer(limit);
  framer.feed("$12345");
  CHECK(framer.pending() == 5);
  framer.feed(std::string(100000, 'x'));
  CHECK(framer.pending() == 0);
  CHECK_FALSE(framer.next());
  framer.feed("#00");
  const auto frame = framer.next();
  REQUIRE(frame);
  CHECK(frame->kind == FrameKind::oversize);
  CHECK(framer.pending() == 0);
}

TEST_CASE("a 16 MiB packet passes whole, in chunks that share no border with it") {
  std::string payload(std::size_t{16} << 20, '\0');
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = "0123456789abcdef+-%"[i * 7 % 19];
  const auto wire = "+" + frame_packet(payload);
  Framer framer;
  constexpr std::size_t chunk = 65521;
  for (std::size_t at = 0; at < wire.size(); at += chunk)
    framer.feed(std::string_view(wire).substr(at, chunk));
  REQUIRE(framer.next()->kind == FrameKind::ack);
  const auto frame = framer.next();
  REQUIRE(frame);
  CHECK(frame->checksum_ok);
  const bool intact = frame->payload == payload;
  CHECK(intact);
}

TEST_CASE("a flood of packet starts takes no longer than its bytes") {
  // Quadratic scanning would take hours here; the count shows that every byte was looked at.
  Framer framer;
  framer.feed(std::string(std::size_t{1} << 20, '$'));
  std::size_t garbage = 0;
  while (auto frame = framer.next()) garbage += frame->kind == FrameKind::garbage ? 1 : 0;
  CHECK(garbage == (std::size_t{1} << 20) - 1);
}

TEST_CASE("packets and notifications are framed with their checksum") {
  CHECK(frame_packet("") == "$#00");
  CHECK(frame_packet("OK") == "$OK#9a");
  CHECK(frame_packet("\xff\xff") == "$\xff\xff#fe");
  CHECK(frame_notification("Stop:T05") == "%Stop:T05#99");
  CHECK(checksum("") == 0);
  CHECK(checksum(std::string(257, '\x01')) == 1);
}
