// SPDX-License-Identifier: MIT
// start.S - the first instructions of a program without a libc, on x86_64.
//   The kernel leaves: rsp at argc, argv, envp, auxv; nothing else to rely on.
        .cfi_sections .debug_frame      // for debuggers; nothing in the program

        .section .text._start, "ax", @progbits
        .globl  _start
        .type   _start, @function
_start:
        .cfi_startproc
        .cfi_undefined rip              // nobody called it: backtraces end here
        endbr64
        xor     %ebp, %ebp              // end of the chain of frame pointers
        mov     %rsp, %rdi              // what the kernel left
        and     $-16, %rsp              // it is aligned; make sure
        call    weft__start
        ud2                             // it does not return
        .cfi_endproc
        .size   _start, . - _start

        .section .note.GNU-stack, "", @progbits

        .section .note.gnu.property, "a" // as in thread.S
        .balign 8
        .long   4, 16, 5
        .asciz  "GNU"
        .long   0xc0000002, 4
        .long   3, 0
