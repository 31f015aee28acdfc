// Writes a member of a structure through a null pointer.
#include <stdio.h>

struct account {
  char name[256];
  long balance;
};

__attribute__((noinline)) static void deposit(struct account *account, long amount) {
  account->balance += amount;  // crash
}

__attribute__((noinline)) static int transfer(struct account *from, struct account *to, long amount) {
  deposit(from, -amount);
  deposit(to, amount);
  printf("moved %ld\n", amount);
  return 0;
}

struct account *nobody;

int main(void) {
  struct account somebody = {"somebody", 10};
  int result = transfer(&somebody, nobody, 5);
  return result + (int)somebody.balance;
}
