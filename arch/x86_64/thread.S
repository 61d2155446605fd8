// SPDX-License-Identifier: MIT
// thread.S - what C cannot do for threads, on x86_64: be born on another stack,
// make a system call that cancellation can stop, return from a signal handler.
#include "syscall_nr.h"
#include "cancel_nr.h"

// long weft__clone(unsigned long flags, void *sp, uint32_t *tid_word,
//                  uint32_t *exit_word, void *tls, struct weft__thread *self)
//   C passes:     rdi flags  rsi sp  rdx tid_word  rcx exit_word  r8 tls  r9 self
//   clone wants:  rdi flags  rsi sp  rdx parent's tid word
//                 r10 child's tid word  r8 tls
// The child starts with the same registers but rax, rcx and r11, and with an
// empty stack: self travels in r9.
        .cfi_sections .debug_frame      // for debuggers; nothing in the program

        .section .text.weft__clone, "ax", @progbits
        .globl  weft__clone
        .hidden weft__clone
        .type   weft__clone, @function
weft__clone:
        .cfi_startproc
        endbr64
        mov     %rcx, %r10              // the kernel clears it at the end
        mov     $SYS_clone, %eax
        syscall
        test    %rax, %rax
        jz      1f                      // (a debugger that stops a child before
                                        // label 1 shows one frame too many)
        ret                             // creator: the new tid, or -errno
1:      .cfi_undefined rip              // child: nobody called it
        xor     %ebp, %ebp              // end of the chain of frame pointers
        mov     %r9, %rdi               // self
        call    weft__thread_start      // sp is 16-aligned before this call
        ud2                             // it does not return
        .cfi_endproc
        .size   weft__clone, . - weft__clone

// void weft__start_over(void *sp, struct weft__thread *self)
//   C passes:  rdi sp  rsi self
// What the child does in weft__clone, for a kernel thread that becomes the next
// one (recycle.c): its stack is empty again.
        .section .text.weft__start_over, "ax", @progbits
        .globl  weft__start_over
        .hidden weft__start_over
        .type   weft__start_over, @function
weft__start_over:
        .cfi_startproc
        .cfi_undefined rip              // whoever called it is forgotten
        endbr64
        mov     %rdi, %rsp
        xor     %ebp, %ebp
        mov     %rsi, %rdi              // self
        call    weft__thread_start      // sp is 16-aligned before this call
        ud2                             // it does not return
        .cfi_endproc
        .size   weft__start_over, . - weft__start_over

// long weft__cancel_syscall(const uint32_t *request, long nr,
//                           long a, long b, long c, long d, long e, long f)
//   C passes:     rdi request  rsi nr  rdx a  rcx b  r8 c  r9 d
//                 8(rsp) e  16(rsp) f
//   kernel wants: rax nr  rdi a  rsi b  rdx c  r10 d  r8 e  r9 f
// The cancel handler moves a thread that it finds in [begin, end) to canceled:
// between the look at the request and the system call, or blocked in it (the
// kernel then stands the pc at the syscall instruction). At end or later the
// call has happened and its result is in rax.
// The look is an acquire, as all loads are here: pairs with [cancel.request].
        .section .text.weft__cancel_syscall, "ax", @progbits
        .globl  weft__cancel_syscall, weft__cancel_begin, weft__cancel_end
        .globl  weft__cancel_canceled
        .hidden weft__cancel_syscall, weft__cancel_begin, weft__cancel_end
        .hidden weft__cancel_canceled
        .type   weft__cancel_syscall, @function
weft__cancel_syscall:
        .cfi_startproc
        endbr64
weft__cancel_begin:
        testl   $WEFT__REQUEST_ASKED, (%rdi) // a request that is there already?
        jne     weft__cancel_canceled
        mov     %rsi, %rax              // nr
        mov     %rdx, %rdi              // a
        mov     %rcx, %rsi              // b
        mov     %r8, %rdx               // c
        mov     %r9, %r10               // d
        mov     8(%rsp), %r8            // e
        mov     16(%rsp), %r9           // f
        syscall
weft__cancel_end:
        ret                             // result, or -errno
weft__cancel_canceled:
        endbr64                         // the handler arrives here by sigreturn
        mov     $WEFT__CANCELED_CALL, %rax // the call was not made
        ret
        .cfi_endproc
        .size   weft__cancel_syscall, . - weft__cancel_syscall

// Where the cancel handler sends a thread that is cancelled asynchronously: as
// if the interrupted code had called weft__cancel_now, at any instruction.
        .section .text.weft__cancel_async, "ax", @progbits
        .globl  weft__cancel_async
        .hidden weft__cancel_async
        .type   weft__cancel_async, @function
weft__cancel_async:
        .cfi_startproc
        .cfi_undefined rip              // there is no way back
        endbr64
        sub     $128, %rsp              // the red zone of the interrupted code
        and     $-16, %rsp              // as the ABI wants it before a call
        cld                             // and the direction flag clear
        xor     %ebp, %ebp
        call    weft__cancel_now
        ud2                             // it does not return
        .cfi_endproc
        .size   weft__cancel_async, . - weft__cancel_async

// Returns from a signal handler: the kernel takes all registers from the ucontext
// that rsp points to by then. Unwinders look a return address up one byte before,
// which is what the nop is for; and they are told where each register is saved:
// DW_CFA_expression (0x10), DWARF register, 3 bytes: DW_OP_breg7 (0x77) offset.
        .macro  SAVED register, offset
        .cfi_escape 0x10, \register, 3, 0x77, \offset & 0x7f | 0x80, \offset >> 7
        .endm

        .section .text.weft__sigreturn, "ax", @progbits
        .cfi_startproc
        .cfi_signal_frame
        .cfi_escape 0x0f, 4, 0x77, 160 & 0x7f | 0x80, 160 >> 7, 0x06 // CFA: old rsp
        SAVED   0, 144                  // rax
        SAVED   1, 136                  // rdx
        SAVED   2, 152                  // rcx
        SAVED   3, 128                  // rbx
        SAVED   4, 112                  // rsi
        SAVED   5, 104                  // rdi
        SAVED   6, 120                  // rbp
        SAVED   8, 40                   // r8
        SAVED   9, 48                   // r9
        SAVED   10, 56                  // r10
        SAVED   11, 64                  // r11
        SAVED   12, 72                  // r12
        SAVED   13, 80                  // r13
        SAVED   14, 88                  // r14
        SAVED   15, 96                  // r15
        SAVED   16, 168                 // rip
        nop
        .globl  weft__sigreturn
        .hidden weft__sigreturn
        .type   weft__sigreturn, @function
weft__sigreturn:
        mov     $SYS_rt_sigreturn, %rax // with syscall, the form that debuggers
        syscall                         // without this table know it by
        .cfi_endproc
        .size   weft__sigreturn, . - weft__sigreturn

        .section .note.GNU-stack, "", @progbits // no executable stack

// These objects are fit for IBT (1) and shadow stacks (2): psABI, "Program
// Property". Without the note the linker drops the mark for the whole program.
        .section .note.gnu.property, "a"
        .balign 8
        .long   4, 16, 5                // name size, data size, type
        .asciz  "GNU"
        .long   0xc0000002, 4           // x86 feature_1_and, its size
        .long   3, 0                    // IBT and SHSTK; padding
