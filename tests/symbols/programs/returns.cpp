// Functions by how they return: those of `alike` the same way on amd64 and ARM64, those of `apart` not.
#include <complex.h>
#include <memory>
#include <string>

namespace alike {
enum Colour { red, green };
enum class Wide : unsigned long long { all = ~0ull };
struct OneDouble {
  double a;
};
struct TwoDoubles {
  double a, b;
};
struct DoubleArray {
  double a[2];
};
struct Ints {
  long a;
  int b;
  char c[4];
};
struct Bits {
  unsigned a : 3, b : 29;
  long c;
};
struct Nested {
  Ints a;
};
union IntOrPointer {
  long a;
  void* b;
};
struct Empty {};
struct Derived : Empty {
  int a;
};
struct Tail {
  int a;
  char b[];
};
struct Static {
  static double a;
  int b;
};
struct Methods {
  int a;
  Methods() : a(1) {}
  int get() const { return a; }
};
int i() { return 1; }
char c() { return 'c'; }
bool b() { return true; }
float f() { return 1; }
double d() { return 2; }
const char* p() { return "p"; }
int& r() {
  static int x;
  return x;
}
void v() {}
Colour colour() { return green; }
Wide wide() { return Wide::all; }
OneDouble one_double() { return {1}; }
TwoDoubles two_doubles() { return {1, 2}; }
DoubleArray double_array() { return {{1, 2}}; }
Ints ints() { return {1, 2, "abc"}; }
Bits bits() { return {1, 2, 3}; }
Nested nested() { return {{1, 2, "abc"}}; }
IntOrPointer int_or_pointer() { return {1}; }
Derived derived() { return {}; }
Tail tail() { return {}; }
Static with_static() { return {1}; }
Methods methods() { return {}; }
_Complex double complex_double() { return 1; }
}  // namespace alike

namespace apart {
struct TwoFloats {
  float a, b;
};
struct FourFloats {
  float a, b, c, d;
};
struct ThreeDoubles {
  double a, b, c;
};
struct Mixed {
  double a;
  long b;
};
struct FloatAndInt {
  float a;
  int b;
};
struct Big {
  long a[3];
};
struct __attribute__((packed)) Packed {
  char a;
  int b;
};
union FloatOrDouble {
  float a;
  double b;
};
struct LongDouble {
  long double a;
};
struct OpenArray {
  int a[0];
  double b;
};
struct Copied {
  int a;
  Copied() : a(1) {}
  Copied(const Copied& other) : a(other.a) {}
};
struct Destroyed {
  int a;
  ~Destroyed() { a = 0; }
};
struct Virtual {
  virtual int get() { return 1; }
};
struct Holder {
  Copied a;
};
typedef float Vector __attribute__((vector_size(16)));
struct Class {
  FourFloats member(int);
  static FourFloats nothing();
  int plain(int);
};
int Class::plain(int x) { return x; }
FourFloats Class::member(int) { return {1, 2, 3, 4}; }
FourFloats Class::nothing() { return {1, 2, 3, 4}; }
TwoFloats two_floats() { return {1, 2}; }
FourFloats four_floats() { return {1, 2, 3, 4}; }
ThreeDoubles three_doubles() { return {1, 2, 3}; }
Mixed mixed() { return {1, 2}; }
FloatAndInt float_and_int() { return {1, 2}; }
OpenArray open_array() { return {{}, 1}; }
Big big() { return {{1, 2, 3}}; }
Packed packed() { return {1, 2}; }
FloatOrDouble float_or_double() { return {1}; }
long double long_double() { return 1; }
LongDouble long_double_struct() { return {1}; }
_Complex float complex_float() { return 1; }
_Complex long double complex_long_double() { return 1; }
__int128 int128() { return 1; }
Copied copied() { return {}; }
Destroyed destroyed() { return {1}; }
Virtual virtual_class() { return {}; }
Holder holder() { return {}; }
std::string string() { return "s"; }
std::unique_ptr<int> unique_pointer() { return {}; }
Vector vector() { return Vector{1, 2, 3, 4}; }
int Class::*data_member() { return nullptr; }
int (Class::*method())(int) { return &Class::plain; }
}  // namespace apart

double alike::Static::a;

int main() {
  using namespace alike;
  i(), c(), b(), f(), d(), p(), r(), v(), colour(), wide(), one_double(), two_doubles(), double_array(), ints();
  bits(), nested(), int_or_pointer(), derived(), tail(), with_static(), methods(), complex_double();
  using namespace apart;
  two_floats(), four_floats(), three_doubles(), mixed(), float_and_int(), open_array(), big(), packed(), float_or_double();
  long_double(), long_double_struct(), complex_float(), complex_long_double(), int128(), copied(), destroyed();
  virtual_class(), holder(), string(), unique_pointer(), vector(), data_member(), method();
  Class().member(1), Class::nothing();
  return Class().plain(0);
}
