// SPDX-License-Identifier: MIT
// glibc_arch.h - what hosting beside glibc asks of the processor, on aarch64: the head
// of glibc's thread control block, and the code around its blocking system calls.
#ifndef GLIBC_ARCH_H
#define GLIBC_ARCH_H

#include <stdint.h>
#include "arch.h"

// ---- The TCB: two words at the thread pointer, struct pthread below it ----
// The canary and what setjmp scrambles pointers with are global variables here.

static inline void arch_glibc_head(void *tp, const void *of_main)
{
    uintptr_t *word = tp;
    (void)of_main;
    word[1] = 0;
}

// Whether the head of a running thread is as described: a thread vector, which
// is never missing, and nothing behind it.
static inline int arch_glibc_head_is_known(const void *tp)
{
    const uintptr_t *word = tp;
    return word[0] != 0 && word[1] == 0;
}

// How far weft__glibc_self is from the thread pointer, which need not be set yet.
static inline ptrdiff_t arch_glibc_slot(void)
{
    ptrdiff_t distance;
    __asm__("mov %0, xzr\n\t"
            "add %0, %0, #:tprel_hi12:weft__glibc_self, lsl #12\n\t"
            "add %0, %0, #:tprel_lo12_nc:weft__glibc_self"
            : "=r"(distance));
    return distance;
}

// ---- A cancellable system call in glibc's code ----
//   bl    __pthread_enable_asynccancel
//   mov   ...                          <- site: no branch up to the
//   svc   0                               system call
//   ...
//   bl    __pthread_disable_asynccancel

// The most bytes of such code that are believed.
#define ARCH_GLIBC_MOVES 64

// Instructions begin at multiples of this.
#define ARCH_GLIBC_STEP 4

static inline uint32_t arch_glibc_code(uintptr_t at)
{
    return *(const uint32_t *)at;
}

// Whether the instruction before site leads to function: a call (bl), or a jump (b)
// where function is the last thing that is called.
static inline int arch_glibc_goes_to(uintptr_t site, uintptr_t function)
{
    if (site & 3) {
        return 0;
    }
    uint32_t code = arch_glibc_code(site - 4);
    intptr_t distance = (int32_t)(code << 6) >> 4; // 26 bits, times 4
    return (code >> 26 & 0x1f) == 5 &&
           site - 4 + (uintptr_t)distance == function;
}

// Whether it is a call.
static inline int arch_glibc_calls(uintptr_t site, uintptr_t function)
{
    return arch_glibc_goes_to(site, function) &&
           arch_glibc_code(site - 4) >> 31 != 0;
}

// The system call that the code from site on leads to, or 0 when it does not.
static inline uintptr_t arch_glibc_syscall(uintptr_t site, long *nr)
{
    for (uintptr_t at = site; at - site < ARCH_GLIBC_MOVES; at += 4) {
        uint32_t code = arch_glibc_code(at);
        if (code == 0xd4000001) { // svc 0
            return at;
        }
        if ((code & 0xffe0001f) == 0xd2800008) { // mov x8, number
            *nr = code >> 5 & 0xffff;
        }
        if ((code >> 26 & 7) ==
            5) { // a branch, an exception, a system register
            return 0;
        }
    }
    return 0;
}
#define ARCH_GLIBC_SYSCALL_SIZE 4

// ---- What a signal interrupted ----

static inline long arch_glibc_result(const char *ucontext)
{
    return *(const long *)(const void *)(ucontext + 184); // x0
}

// Lets the handler return to function as if the code before site had called it.
static inline void arch_glibc_call(char *ucontext, uintptr_t site,
                                   uintptr_t function)
{
    *(uintptr_t *)(void *)(ucontext + 424) = site; // x30
    *(uintptr_t *)(void *)(ucontext + ARCH_UCONTEXT_PC) = function;
}

#endif
