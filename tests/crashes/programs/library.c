// Becomes libcrash.so: it reads what it was given.
__attribute__((noinline)) static int decode(const volatile unsigned char *bytes) {
  return bytes[0] * 256 + bytes[1];  // crash
}

int library_decode(const unsigned char *bytes) {
  int value = decode(bytes);
  return value + 1;
}
