// Prints its arguments, each as one line of hexadecimal, so that a test can compare them byte for byte.
#include <cstdio>

void show(int number, const char* argument) {
  std::printf("arg %d:", number);
  for (const char* at = argument; *at != '\0'; ++at) std::printf("%02x", static_cast<unsigned char>(*at));
  std::printf("\n");
}

int main(int argc, char** argv) {
  for (int number = 1; number < argc; ++number) show(number, argv[number]);
  std::printf("args end\n");
}
