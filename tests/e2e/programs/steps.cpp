// Calls, loops, structures and globals without library calls on the way: for stepping, finishing, printing.
struct Point {
  int x;
  int y;
};

struct Line {
  Point from;
  Point to;
  const char* name;
};

int total = 0;
double ratio = 0.5;
unsigned char bytes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

int add(int a, int b) {
  int sum = a + b;
  return sum;
}

int square(int a) {
  int product = a * a;
  return product;
}

int distance_squared(const Line& line) {
  int dx = line.to.x - line.from.x;
  int dy = line.to.y - line.from.y;
  return add(square(dx), square(dy));
}

int descend(int depth) {
  if (depth == 0) return add(total, 1);
  int below = descend(depth - 1);
  return below + depth;
}

int loop(int times) {
  int result = 0;
  for (int i = 0; i < times; ++i) {
    result += i;
    total = result;
  }
  return result;
}

int main() {
  Line line = {{1, 2}, {4, 6}, "diagonal"};
  int squared = distance_squared(line);
  int looped = loop(20);
  int deep = descend(8);
  total = squared + looped + deep;
  ratio = total * 0.25;
  return total & 0x7f;
}
