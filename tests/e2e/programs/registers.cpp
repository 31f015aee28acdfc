// Gives the general and the vector registers known values; stop at `filled` to look at them.
#include <cstdio>

int main() {
#ifdef __aarch64__
  asm volatile(
      ".irp n,9,10,11,12,13,14,15,19,20,21,22,23,24,25,26,27,28\n"
      "mov x\\n, #(\\n * 257)\n"
      ".endr\n"
      "mov x0, #-1\n mov x1, #1\n mov x2, #2\n mov x3, #3\n mov x4, #4\n mov x5, #5\n mov x6, #6\n mov x7, #7\n mov x8, #8\n"
      "mov x16, #0x1234\n movk x16, #0x5678, lsl #48\n mov x17, #17\n"
      ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30\n"
      "movi v\\n\\().16b, #(\\n + 1)\n"
      ".endr\n"
      "movi v31.2d, #0\n"
      "msr fpsr, xzr\n"
      "cmp x1, #1\n"
      ".globl filled\n"
      "filled:\n"
      "nop\n" ::
          : "memory", "cc", "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
            "x16", "x17", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "v0", "v1", "v2", "v3", "v4", "v5",
            "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23",
            "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
#endif
  std::puts("filled");
}
