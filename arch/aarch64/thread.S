// SPDX-License-Identifier: MIT
// thread.S - what C cannot do for threads, on aarch64: be born on another stack,
// make a system call that cancellation can stop, return from a signal handler.
#include "syscall_nr.h"
#include "cancel_nr.h"

// long weft__clone(unsigned long flags, void *sp, uint32_t *tid_word,
//                  uint32_t *exit_word, void *tls, struct weft__thread *self)
//   C passes:     x0 flags  x1 sp  x2 tid_word  x3 exit_word  x4 tls  x5 self
//   clone wants:  x0 flags  x1 sp  x2 parent's tid word
//                 x3 tls  x4 child's tid word
// The child starts with the same registers but x0, and with an empty stack:
// self travels in x5.
        .cfi_sections .debug_frame      // for debuggers; nothing in the program

        .section .text.weft__clone, "ax", %progbits
        .globl  weft__clone
        .hidden weft__clone
        .type   weft__clone, %function
weft__clone:
        .cfi_startproc
        bti     c
        mov     x9, x3
        mov     x3, x4                  // tls
        mov     x4, x9                  // the kernel clears it at the end
        mov     x8, #SYS_clone
        svc     #0
        cbz     x0, 1f                  // (a debugger that stops a child before
                                        // label 1 shows one frame too many)
        ret                             // creator: the new tid, or -errno
1:      .cfi_undefined x30              // child: nobody called it
        mov     x29, xzr                // end of the chain of frame records
        mov     x30, xzr
        mov     x0, x5                  // self
        bl      weft__thread_start
        brk     #1000                   // it does not return
        .cfi_endproc
        .size   weft__clone, . - weft__clone

// void weft__start_over(void *sp, struct weft__thread *self)
//   C passes:  x0 sp  x1 self
// What the child does in weft__clone, for a kernel thread that becomes the next
// one (recycle.c): its stack is empty again.
        .section .text.weft__start_over, "ax", %progbits
        .globl  weft__start_over
        .hidden weft__start_over
        .type   weft__start_over, %function
weft__start_over:
        .cfi_startproc
        .cfi_undefined x30              // whoever called it is forgotten
        bti     c
        mov     sp, x0
        mov     x29, xzr
        mov     x30, xzr
        mov     x0, x1                  // self
        bl      weft__thread_start
        brk     #1000                   // it does not return
        .cfi_endproc
        .size   weft__start_over, . - weft__start_over

// long weft__cancel_syscall(const uint32_t *request, long nr,
//                           long a, long b, long c, long d, long e, long f)
//   C passes:     x0 request  x1 nr  x2 a  x3 b  x4 c  x5 d  x6 e  x7 f
//   kernel wants: x8 nr  x0 a  x1 b  x2 c  x3 d  x4 e  x5 f
// The cancel handler moves a thread that it finds in [begin, end) to canceled:
// between the look at the request and the system call, or blocked in it (the
// kernel then stands the pc at the svc instruction). At end or later the call
// has happened and its result is in x0.
// The look is an acquire: pairs with [cancel.request].
        .section .text.weft__cancel_syscall, "ax", %progbits
        .globl  weft__cancel_syscall, weft__cancel_begin, weft__cancel_end
        .globl  weft__cancel_canceled
        .hidden weft__cancel_syscall, weft__cancel_begin, weft__cancel_end
        .hidden weft__cancel_canceled
        .type   weft__cancel_syscall, %function
weft__cancel_syscall:
        .cfi_startproc
        bti     c
weft__cancel_begin:
        ldar    w9, [x0]                // a request that is there already?
        tst     w9, #WEFT__REQUEST_ASKED
        b.ne    weft__cancel_canceled
        mov     x8, x1                  // nr
        mov     x0, x2                  // a
        mov     x1, x3                  // b
        mov     x2, x4                  // c
        mov     x3, x5                  // d
        mov     x4, x6                  // e
        mov     x5, x7                  // f
        svc     #0
weft__cancel_end:
        ret                             // result, or -errno
weft__cancel_canceled:
        bti     jc                      // the handler arrives here by sigreturn
        mov     x0, #WEFT__CANCELED_CALL // the call was not made
        ret
        .cfi_endproc
        .size   weft__cancel_syscall, . - weft__cancel_syscall

// Where the cancel handler sends a thread that is cancelled asynchronously: as
// if the interrupted code had called weft__cancel_now, at any instruction.
// The stack pointer is 16-aligned at all times here, and there is no red zone.
        .section .text.weft__cancel_async, "ax", %progbits
        .globl  weft__cancel_async
        .hidden weft__cancel_async
        .type   weft__cancel_async, %function
weft__cancel_async:
        .cfi_startproc
        .cfi_undefined x30              // there is no way back
        bti     jc
        mov     x29, xzr
        mov     x30, xzr
        bl      weft__cancel_now
        brk     #1000                   // it does not return
        .cfi_endproc
        .size   weft__cancel_async, . - weft__cancel_async

// Returns from a signal handler. Debuggers know a signal frame by exactly these
// two instructions; the nop keeps the return address minus one, which unwinders
// look up, out of the function before.
        .section .text.weft__sigreturn, "ax", %progbits
        nop
        .globl  weft__sigreturn
        .hidden weft__sigreturn
        .type   weft__sigreturn, %function
weft__sigreturn:
        mov     x8, #SYS_rt_sigreturn
        svc     #0
        .size   weft__sigreturn, . - weft__sigreturn

        .section .note.GNU-stack, "", %progbits // no executable stack

// These objects are fit for BTI (1) and PAC (2): AAELF64, "Program Property".
// Without the note the linker drops the mark for the whole program.
        .section .note.gnu.property, "a"
        .balign 8
        .long   4, 16, 5                // name size, data size, type
        .asciz  "GNU"
        .long   0xc0000000, 4           // aarch64 feature_1_and, its size
        .long   3, 0                    // BTI and PAC; padding
