// Locals in every kind of register: integers and floats, kept across calls and not, more than there are parts for.
#include <cstdio>

struct Pair {
  long a;
  double b;
};

__attribute__((noinline)) long use(long a, double b) {
  std::printf("%ld %f\n", a, b);
  return a + 1;
}

__attribute__((noinline)) double floats(double a, double b, double c, double d, double e, float f, float g, float h) {
  const double ab = a * b, cd = c * d, ef = e * f, gh = g * h;
  use(1, ab);
  use(2, cd + ab);
  use(3, ef + cd);
  return ab + cd + ef + gh + use(4, gh);
}

__attribute__((noinline)) long integers(long a, long b, long c, long d, long e, long f, long g, long h) {
  const long ab = a * b, cd = c * d, ef = e * f, gh = g * h, ac = a * c, bd = b * d, eg = e * g, fh = f * h;
  long sum = use(ab, 1) + use(cd, 2);
  for (long i = 0; i < a; ++i) sum += use(ef * i, 3) * (ab + cd + ef + gh + ac + bd + eg + fh);
  return sum;
}

__attribute__((noinline)) double pairs(Pair p, Pair q, long n) {
  const double both = p.b * static_cast<double>(q.a);
  for (long i = 0; i < n; ++i) p.a += use(i + q.a, both + q.b);
  return static_cast<double>(p.a) + both;
}

__attribute__((noinline)) long double quad(long double x, long n) {
  long double sum = x;
  for (long i = 0; i < n; ++i) sum += static_cast<long double>(use(i, 1)) * x;
  return sum;
}

int main(int argc, char**) {
  long variable[argc + 3];
  for (int i = 0; i < argc + 3; ++i) variable[i] = i;
  double result = floats(argc, 2, 3, 4, 5, 6, 7, 8);
  result += static_cast<double>(integers(argc, 2, 3, 4, 5, 6, 7, variable[1]));
  result += pairs({argc, 1.5}, {2, 2.5}, argc) + static_cast<double>(quad(1.5L, argc));
  return result > 1e9;
}
