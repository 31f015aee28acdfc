/* Functions that return every kind of value, for finish, return and call. */
#include <stdio.h>

#define KEEP __attribute__((noinline))

struct pair { int first, second; };
struct longs { long first, second; };
struct bytes { char letters[16]; };
struct big { long items[5]; };
struct floats { float a, b, c, d; };
struct doubles { double a, b; };
struct one_double { double only; };
struct mixed { double real; long whole; };
enum colour { red, green = 5 };
union either { int whole; unsigned char part[4]; };

KEEP void nothing(int *where) { *where += 1; }
KEEP int an_int(int a) { return a * -2; }
KEEP unsigned char a_byte(int a) { return (unsigned char)(a + 250); }
KEEP long a_long(int a) { return 0x123456789aL * a; }
KEEP _Bool a_bool(int a) { return a > 1; }
KEEP enum colour a_colour(int a) { return a > 1 ? green : red; }
KEEP const char *a_pointer(int a) { return a > 1 ? "pointed at" : "elsewhere"; }
KEEP float a_float(float a) { return a / 4; }
KEEP double a_double(double a) { return a * 1.5; }
KEEP long double a_long_double(double a) { return a + 0.25L; }
KEEP __int128 a_wide(int a) { return (__int128)a << 70; }
KEEP struct pair a_pair(int a) { struct pair result = {a, -a}; return result; }
KEEP struct longs two_longs(int a) { struct longs result = {a, 1L << 40}; return result; }
KEEP struct bytes some_bytes(int a) { struct bytes result = {"fifteen letters"}; result.letters[0] = (char)('f' + a); return result; }
KEEP union either an_either(int a) { union either result = {a + 0x10203}; return result; }
KEEP struct big a_big(int a) { struct big result = {{a, 2, 3, 4, 5}}; return result; }
KEEP struct floats four_floats(float a) { struct floats result = {a, 2, 3, 4}; return result; }
KEEP struct doubles two_doubles(double a) { struct doubles result = {a, -a}; return result; }
KEEP struct one_double just_a_double(double a) { struct one_double result = {a + 1}; return result; }
KEEP struct mixed a_mixture(double a) { struct mixed result = {a, 9}; return result; }
KEEP double _Complex a_complex(double a) { return a + 2.0 * __extension__ 1.0i; }

static volatile int two = 2; /* volatile: else the compiler knows every result, and calls nothing */

int main(void) {
  int count = 0;
  nothing(&count);
  long sum = an_int(two) + a_byte(two) + a_long(two) + a_bool(two) + a_colour(two) + *a_pointer(two);
  double real = (double)a_float(two) + a_double(two) + (double)a_long_double(two);
  sum += (long)(a_wide(two) >> 70);
  struct pair pair = a_pair(two);
  struct longs longs = two_longs(two);
  struct bytes bytes = some_bytes(two);
  union either either = an_either(two);
  struct big big = a_big(two);
  struct floats floats = four_floats(two);
  struct doubles doubles = two_doubles(two);
  struct one_double one = just_a_double(two);
  struct mixed mixed = a_mixture(two);
  double _Complex complex = a_complex(two);
  sum += pair.second + longs.first + bytes.letters[0] + either.part[0] + big.items[4] + mixed.whole;
  real += floats.d + doubles.b + one.only + mixed.real + __real__ complex;
  printf("%d %ld %.3f\n", count, sum, real);
  return 0;
}
