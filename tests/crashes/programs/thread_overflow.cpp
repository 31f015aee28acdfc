// Recurses without an end in a thread, whose stack has a guard page.
#include <cstdio>
#include <thread>

namespace parser {

__attribute__((noinline)) long expression(const volatile char* text, long level) {  // crash
  volatile char buffer[512];
  buffer[0] = text[0];
  return expression(buffer, level + 1) + buffer[0];
}

__attribute__((noinline)) void parse(const char* text) {
  long value = expression(text, 0);
  std::printf("%ld\n", value);
}

}  // namespace parser

int main() {
  std::thread worker(parser::parse, "((((");
  worker.join();
}
