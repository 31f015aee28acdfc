#include "proxy/triage/processors.hpp"

#include "tests/support/catch.hpp"

namespace {

using namespace rspbridge::proxy::triage;

TEST_CASE("processors are counted, and the first is described") {
  System system;
  set_processors(system,
                 "processor\t: 0\nBogoMIPS\t: 125.00\nFeatures\t: fp asimd paca\nCPU implementer\t: 0x41\n"
                 "CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\n"
                 "processor\t: 1\nCPU part\t: 0xd03\n");
  CHECK(system.processors == 2);
  CHECK(system.cpu_info == "implementer 0x41, variant 0x0, part 0xd08, revision 3, features fp asimd paca");
}

TEST_CASE("what /proc/cpuinfo doesn't tell stays unknown") {
  System system;
  set_processors(system, "model name\t: something else\nprocessors\t: 4\n");
  CHECK(!system.processors);
  CHECK(system.cpu_info.empty());
}

}  // namespace
