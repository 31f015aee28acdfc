// Counts, a call at a time: a breakpoint on tick() stops once at each number.
volatile unsigned long ticks = 0;

void tick() { ticks = ticks + 1; }

int main() {
  for (int i = 0; i < 100000; ++i) tick();
  return 0;
}
