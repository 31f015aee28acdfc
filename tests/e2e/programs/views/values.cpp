// Values of every kind, for print, ptype, x, info locals and set var: all are there when look() is called.
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#define KEEP __attribute__((noinline))

namespace kinds {

enum Plain { none, some = 3, more };
enum class Colour : unsigned char { red, green = 5, blue };

struct Point {
  int x, y;
};

struct Bits {
  unsigned low : 3;
  int middle : 5;
  unsigned long high : 40;
  bool flag : 1;
};

union Either {
  std::uint32_t whole;
  float broken;
  unsigned char bytes[4];
};

struct Shape {
  virtual ~Shape() = default;
  virtual int area() const { return 0; }
  int id = 7;
};

struct Square : Shape {
  explicit Square(int length) : side(length) {}
  int area() const override { return side * side; }
  int side;
};

template <typename T, int N>
struct Row {
  T items[N];
};

}  // namespace kinds

int global_int = -5;
unsigned long global_long = 0x0123456789abcdef;
const char* global_text = "the quick brown fox";
char global_letters[12] = "letters";
double global_doubles[4] = {1.5, -2.25, 1e300, 0.1};
float global_float = 0.15625f;
long double global_long_double = 1.5L;
bool global_bool = true;
kinds::Plain global_plain = kinds::some;
kinds::Colour global_colour = kinds::Colour::green;
kinds::Bits global_bits = {5, -3, 0x123456789a, true};
kinds::Either global_either = {0x3f800000};
kinds::Point global_points[3] = {{1, 2}, {3, 4}, {5, 6}};
kinds::Row<short, 3> global_row = {{-1, 0, 1}};
int (*global_function)(int, int) = nullptr;
int kinds::Point::*global_member = &kinds::Point::y;
int* global_tagged = nullptr;
__int128 global_wide = (static_cast<__int128>(0x1122334455667788) << 64) | 0x99aabbccddeeff00;
float __complex__ global_complex = 1.0f + 2.0fi;
thread_local int global_of_thread = 77;

KEEP int add(int a, int b) { return a + b; }

KEEP double scale(double value, int times) {
  double sum = 0;
  for (int i = 0; i < times; ++i) sum += value * i;
  return sum;
}

KEEP int look(const kinds::Point& at, kinds::Shape* shape, const std::string& text, int depth) {
  int here = at.x + shape->area() + static_cast<int>(text.size());
  if (depth > 0) here += look(at, shape, text, depth - 1);
  return here + global_int;
}

int main() {
  kinds::Square square(4);
  kinds::Point point{10, 20};
  kinds::Point& reference = point;
  std::string text = "a string that does not fit into the object";
  std::string brief = "brief";
  std::vector<int> numbers = {1, 2, 3, 5, 8};
  std::map<int, std::string> names = {{1, "one"}, {2, "two"}};
  auto owned = std::make_unique<kinds::Point>(kinds::Point{8, 9});
  int matrix[2][3] = {{1, 2, 3}, {4, 5, 6}};
  global_function = add;
  global_tagged = reinterpret_cast<int*>(reinterpret_cast<std::uintptr_t>(&global_int) | (0x5aul << 56));
  reference.x += global_function(1, 2);
  double scaled = scale(global_float, 4);
  int seen = look(reference, &square, text, 2);
  global_of_thread += seen;
  std::printf("%d %.3f %zu %zu %s %d %d %d\n", seen, scaled, numbers.size(), names.size(), brief.c_str(), owned->y,
              matrix[1][2], global_of_thread);
  return 0;
}
