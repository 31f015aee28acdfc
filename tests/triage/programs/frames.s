// Functions at known addresses, each of which stands for a way to unwind. Linked at 0x400000, 64 bytes apart.
        .text
        .global _start
        .type main, %function
        .type outer, %function
        .type leaf, %function
        .type without_cfi, %function
        .type frameless, %function
_start:
main:   .cfi_startproc
        stp x29, x30, [sp, #-16]!
        .cfi_def_cfa_offset 16
        .cfi_offset 29, -16
        .cfi_offset 30, -8
        mov x29, sp
        bl outer                        // returns to 0x40000c
        ldp x29, x30, [sp], #16
        ret
        .cfi_endproc
        .size main, .-main

        .balign 64
outer:  .cfi_startproc                  // 0x400040
        stp x29, x30, [sp, #-32]!
        .cfi_def_cfa_offset 32
        .cfi_offset 29, -32
        .cfi_offset 30, -24
        mov x29, sp
        bl leaf                         // returns to 0x40004c
        ldp x29, x30, [sp], #32
        ret
        .cfi_endproc
        .size outer, .-outer

        .balign 64
leaf:   .cfi_startproc                  // 0x400080
        ldr x0, [x0]
        ret
        .cfi_endproc
        .size leaf, .-leaf

        .balign 64
without_cfi:                            // 0x4000c0
        stp x29, x30, [sp, #-16]!
        mov x29, sp
        bl leaf                         // returns to 0x4000cc
        ldp x29, x30, [sp], #16
        ret
        .size without_cfi, .-without_cfi

        .balign 64
frameless:                              // 0x400100
        ldr x0, [x0]
        ret
        .size frameless, .-frameless

        .balign 64
        .type runtime.sigpanic, %function
runtime.sigpanic:                       // 0x400140
        .cfi_startproc
        str x30, [sp, #-48]!
        .cfi_def_cfa_offset 48
        .cfi_offset 30, -48
        ldr x0, [x0]                    // 0x400144
        .cfi_endproc
        .size runtime.sigpanic, .-runtime.sigpanic
