// Writes to a string literal.
#include <ctype.h>
#include <stdio.h>

__attribute__((noinline)) static int capitalise(char *word) {
  *word = (char)toupper((unsigned char)*word);  // crash
  return word[1];
}

__attribute__((noinline)) static int title(char **words, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += capitalise(words[i]);
  return sum;
}

char *words[] = {"read", "only"};

int main(void) {
  int sum = title(words, 2);
  printf("%s %s %d\n", words[0], words[1], sum);
  return 0;
}
