#include "proxy/near/packet_table.hpp"

#include <set>
#include <string>

#include "tests/support/catch.hpp"

using namespace rspbridge::proxy;

TEST_CASE("a packet finds its row by the longest name") {
  struct Row {
    const char *packet, *name;
  };
  for (auto [packet, name] : {Row{"m1000,4", "m"},
                              {"vCont?", "vCont?"},
                              {"vCont;c", "vCont;"},
                              {"vContX", "(any other)"},
                              {"c", "c"},
                              {"qC", "qC"},
                              {"qCRC:1,2", "qCRC"},
                              {"qXfer:features:read:target.xml:0,1", "qXfer:features:read"},
                              {"qXfer:siginfo:write::0:x", "qXfer:siginfo:write"},
                              {"qXfer:auxv:read::0,1", "qXfer:auxv:read"},
                              {"vFile:open:2f,0,0", "vFile:open"},
                              {"vFile:pread:1,2,3", "vFile:pread"},
                              {"vFile:readlink:2f", "vFile"},
                              {"vRun;61", "vRun"},
                              {"QNonStop:1", "QNonStop"},
                              {"qSupportedX", "q"},
                              {"qTfV", "q"},
                              {"QTinit", "QT"},
                              {"", "(any other)"},
                              {"(any other)", "(any other)"},
                              {"jThreadsInfo", "(any other)"},
                              {"k", "k"},
                              {"kx", "(any other)"}}) {
    INFO(packet);
    CHECK(near::row_for(packet).name == name);
  }
}

TEST_CASE("every row is reachable, documented and unlike any other") {
  std::set<std::string_view> names;
  for (const near::PacketRow& row : near::packet_table()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK_FALSE(row.what.empty());
    CHECK(near::row_for(row.name).name == row.name);
    // Without these two, read-ahead would outlive what a resume changes.
    if (row.answer == link::Answer::stop) CHECK(row.effect == link::Effect::resumes);
    if (row.fate == near::Fate::answer) CHECK(row.on_request != nullptr);
  }
}

TEST_CASE("what is not listed is taken to change everything") {
  CHECK(near::row_for("_M1000,rw").effect == link::Effect::changes);
}
