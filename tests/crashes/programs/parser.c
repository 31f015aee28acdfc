// Reads records from its input, or from the file that it is given, and has three bugs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile char *field(char **fields, int index) { return fields[index]; }

__attribute__((noinline)) static int parse_number(char **fields, int index) {
  return *field(fields, index) - '0';  // crash: a field that isn't there
}

__attribute__((noinline)) static int parse_list(char *text) {
  char *fields[8] = {NULL};
  int count = 0;
  for (char *word = strtok(text, " "); word && count < 8; word = strtok(NULL, " ")) fields[count++] = word;
  int wanted = parse_number(fields, 0);
  int last = parse_number(fields, wanted);
  return last;
}

__attribute__((noinline)) static int parse_block(const char *text) {
  int length = atoi(text);
  if (length > 100) abort();  // crash: a length that is too large
  return length;
}

__attribute__((noinline)) static int parse_nested(const char *text) {  // crash: too deep
  volatile char copy[2048];
  copy[0] = text[0];
  if (copy[0] == '(') return parse_nested(text[1] ? text + 1 : text) + copy[0];
  return 1;
}

__attribute__((noinline)) static int parse_line(char *line) {
  switch (line[0]) {
    case 'l': return parse_list(line + 1) + 1;
    case 'b': return parse_block(line + 1) + 1;
    case '(': return parse_nested(line) + 1;
    default: return 0;
  }
}

int main(int argc, char **argv) {
  FILE *input = argc > 1 ? fopen(argv[1], "r") : stdin;
  if (!input) return 2;
  char line[256];
  int sum = 0;
  while (fgets(line, sizeof line, input)) {
    line[strcspn(line, "\n")] = 0;
    sum += parse_line(line);
  }
  printf("%d\n", sum);
  return 0;
}
