// A chain of small functions, all of them inlined where the compiler optimises.
#include <cstdio>
#include <cstdlib>

namespace image {

struct Pixels {
  volatile unsigned char* bytes;
  int width;
};

static inline unsigned char raw(const Pixels& pixels, int at) {
  return pixels.bytes[at];  // crash
}
static inline int luminance(const Pixels& pixels, int at) { return 3 * raw(pixels, at); }
static inline int row(const Pixels& pixels, int y) {
  int sum = 0;
  for (int x = 0; x < pixels.width; ++x) sum += luminance(pixels, y * pixels.width + x);
  return sum;
}

__attribute__((noinline)) int brightness(const Pixels& pixels, int height) {
  int sum = 0;
  for (int y = 0; y < height; ++y) sum += row(pixels, y);
  return sum;
}

}  // namespace image

int main(int argc, char**) {
  image::Pixels pixels = {reinterpret_cast<volatile unsigned char*>(0x7000000000 * argc), 2};
  int sum = image::brightness(pixels, 2);
  std::printf("%d\n", sum);
}
