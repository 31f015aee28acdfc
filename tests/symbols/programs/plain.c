// C, and types that only C has a name for.
#include <complex.h>
#include <stdio.h>

struct list {
  struct list* next;
  long double weight;
};

static int length(const struct list* l) {
  int n = 0;
  for (; l; l = l->next) ++n;
  return n;
}

long double half(long double x) { return x / 2; }
complex long double turned(complex long double x) { return x * I; }
complex float small(float x) { return x + 2 * I; }
double square(double x) { return x * x; }

int main(void) {
  long double quad = 1.5L;
  complex long double cquad = 1.25L + 2.5L * I;
  struct list last = {0, half(quad)}, first = {&last, 2.75L};
  printf("%d %f %f %f\n", length(&first), square(3), (double)creall(turned(cquad)), (double)crealf(small(1)));
  return 0;
}
