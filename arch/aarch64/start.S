// SPDX-License-Identifier: MIT
// start.S - the first instructions of a program without a libc, on aarch64.
//   The kernel leaves: sp at argc, argv, envp, auxv; nothing else to rely on.
        .cfi_sections .debug_frame      // for debuggers; nothing in the program

        .section .text._start, "ax", %progbits
        .globl  _start
        .type   _start, %function
_start:
        .cfi_startproc
        .cfi_undefined x30              // nobody called it: backtraces end here
        bti     jc
        mov     x29, xzr                // end of the chain of frame records
        mov     x30, xzr
        mov     x0, sp                  // what the kernel left
        bl      weft__start
        brk     #1000                   // it does not return
        .cfi_endproc
        .size   _start, . - _start

        .section .note.GNU-stack, "", %progbits

        .section .note.gnu.property, "a" // as in thread.S
        .balign 8
        .long   4, 16, 5
        .asciz  "GNU"
        .long   0xc0000000, 4
        .long   3, 0
