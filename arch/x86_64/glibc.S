// SPDX-License-Identifier: MIT
// glibc.S - how glibc opens the bracket around a blocking system call, on x86_64.
// See src/host/glibc_cancel.c.
#include "cancel_nr.h"

// int __pthread_enable_asynccancel(void)
// The cancel handler moves a thread that it finds in [begin, end), or between
// the return from here and the system call, to weft__bracket_canceled: as if the
// caller had called that instead. The result is handed to
// __pthread_disable_asynccancel and means nothing here.
// The look is an acquire: pairs with [cancel.request].
        .cfi_sections .eh_frame, .debug_frame   // unwinders start here

        .section .text.__pthread_enable_asynccancel, "ax", @progbits
        .globl  __pthread_enable_asynccancel, weft__bracket_begin
        .globl  weft__bracket_end, weft__bracket_canceled
        .hidden __pthread_enable_asynccancel, weft__bracket_begin
        .hidden weft__bracket_end, weft__bracket_canceled
        .type   __pthread_enable_asynccancel, @function
        .type   weft__bracket_canceled, @function
__pthread_enable_asynccancel:
        .cfi_startproc
        endbr64
        sub     $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    weft__bracket_open      // the word to look at
        add     $8, %rsp
        .cfi_adjust_cfa_offset -8
weft__bracket_begin:
        testl   $WEFT__REQUEST_ASKED, (%rax) // a request that is there already?
        jne     weft__bracket_canceled
        xor     %eax, %eax
        ret
weft__bracket_end:
weft__bracket_canceled:
        endbr64                         // the handler arrives here by sigreturn
        sub     $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    weft__bracket_cancel
        ud2                             // it does not return
        .cfi_endproc
        .size   __pthread_enable_asynccancel, . - __pthread_enable_asynccancel

        .section .note.GNU-stack, "", @progbits // no executable stack

// These objects are fit for IBT (1) and shadow stacks (2): psABI, "Program
// Property". Without the note the linker drops the mark for the whole program.
        .section .note.gnu.property, "a"
        .balign 8
        .long   4, 16, 5                // name size, data size, type
        .asciz  "GNU"
        .long   0xc0000002, 4           // x86 feature_1_and, its size
        .long   3, 0                    // IBT and SHSTK; padding
