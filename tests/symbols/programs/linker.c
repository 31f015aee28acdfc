/* What a dynamic linker for ARM64 is known by, and what it may not be taken for: -DCHANGE="..." goes before the
   instruction that takes the result of _dl_fixup, -DSECOND makes another entry with another callee, -DMAP="..." and -DPOP="..."
   replace the instructions that load the link map and that pop what PLT[0] pushed. */
#define STRING(...) #__VA_ARGS__
#define TEXT(...) STRING(__VA_ARGS__)
#ifndef CHANGE
#define CHANGE
#endif

#ifndef MAP
#define MAP ldr x0, [x16, -8]
#endif
#ifndef POP
#define POP ldp x17, x30, [sp], 16
#endif

#define ENTRY(name, callee)                                    \
  __asm__(".text\n.type " #name ", #function\n" #name ":\n"    \
          "  .cfi_startproc\n  hint 34\n"                      \
          "  stp x0, x1, [sp, #-16]!\n"                        \
          TEXT(MAP) "\n"                                     \
          "  bl " #callee "\n" TEXT(CHANGE) "\n"               \
          "  mov x16, x0\n"                                    \
          "  ldp x0, x1, [sp], #16\n"                          \
          TEXT(POP) "\n"                                     \
          "  br x16\n  .cfi_endproc\n.size " #name ", . - " #name "\n")

__attribute__((used, noinline)) static void* _dl_fixup(void* map) { return map; }
__attribute__((used, noinline)) static void* other(void* map) { return (char*)map + 1; }

/* Like _dl_runtime_profile: it asks something before it jumps. */
__asm__(".text\nprofile:\n"
        "  .cfi_startproc\n"
        "  ldr x0, [x16, #-8]\n"
        "  bl other\n"
        "  mov x16, x0\n"
        "  cbz x1, 1f\n"
        "1: ldp x17, x30, [sp], #16\n"
        "  br x16\n  .cfi_endproc\n");
ENTRY(_dl_runtime_resolve, _dl_fixup);
#ifdef SECOND
ENTRY(second, other);
#endif

int visible(void) { return 1; }
