// An exception that nobody catches.
#include <cstdio>
#include <exception>
#include <string>

namespace config {

struct MissingKey : std::exception {
  const char* what() const noexcept override { return "no such key"; }
};

__attribute__((noinline)) std::string value(const std::string& key) {
  if (key != "name") throw MissingKey();  // crash
  return "value";
}

__attribute__((noinline)) int load(const char* key) {
  std::string found = value(key);
  std::printf("%s\n", found.c_str());
  return 0;
}

}  // namespace config

int main() {
  int result = config::load("colour");
  std::printf("%d\n", result);
  return result;
}
