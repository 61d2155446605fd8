// SPDX-License-Identifier: MIT
// glibc_arch.h - what hosting beside glibc asks of the processor, on x86_64: the head
// of glibc's thread control block, and the code around its blocking system calls.
#ifndef GLIBC_ARCH_H
#define GLIBC_ARCH_H

#include <stdint.h>
#include "arch.h"

// ---- The head of struct pthread, which begins at the thread pointer ----
//   0x00, 0x10  its own address (psABI, and glibc's own habit)
//   0x18        not 0: malloc's atomic operations need their lock prefix
//   0x28, 0x30  canary, and what setjmp scrambles pointers with
//   0x48        which control-flow protection is on

static inline void arch_glibc_head(void *tp, const void *of_main)
{
    uintptr_t *word = tp;
    const uintptr_t *main_word = of_main;
    word[0] = word[2] = (uintptr_t)tp;
    *(uint32_t *)&word[3] = 1;
    word[5] = main_word[5];
    word[6] = main_word[6];
    *(uint32_t *)&word[9] = *(const uint32_t *)&main_word[9];
}

// Whether the head of a running thread is as described.
static inline int arch_glibc_head_is_known(const void *tp)
{
    const uintptr_t *word = tp;
    return word[0] == (uintptr_t)tp && word[2] == (uintptr_t)tp &&
           (uint32_t)word[3] <= 1;
}

// How far weft__glibc_self is from the thread pointer, which need not be set yet.
static inline ptrdiff_t arch_glibc_slot(void)
{
    ptrdiff_t distance;
    __asm__("movq $weft__glibc_self@tpoff, %0" : "=r"(distance));
    return distance;
}

// ---- A cancellable system call in glibc's code ----
//   call  __pthread_enable_asynccancel
//   mov   ...                          <- site: only moves up to the
//   syscall                               system call
//   ...
//   call  __pthread_disable_asynccancel

// The most bytes of moves that are believed.
#define ARCH_GLIBC_MOVES 64

// Instructions begin at multiples of this.
#define ARCH_GLIBC_STEP 1

// A number within an instruction stands at any address.
typedef int32_t arch_glibc_number __attribute__((aligned(1), may_alias));

// Whether the instruction before site leads to function: a call of 5 bytes, or a
// jump (0xe9) where function is the last thing that is called.
static inline int arch_glibc_goes_to(uintptr_t site, uintptr_t function)
{
    const unsigned char *code = (const unsigned char *)site - 5;
    if (code == NULL) {
        return 0;
    }
    intptr_t distance = *(const arch_glibc_number *)(const void *)(code + 1);
    return (code[0] | 1) == 0xe9 && site + (uintptr_t)distance == function;
}

// Whether it is a call.
static inline int arch_glibc_calls(uintptr_t site, uintptr_t function)
{
    return arch_glibc_goes_to(site, function) &&
           ((const unsigned char *)site)[-5] == 0xe8;
}

// How many bytes follow an opcode whose operands a ModRM byte describes (Intel's
// manual, volume 2, table 2-2).
static inline unsigned arch_glibc_operands(const unsigned char *modrm)
{
    unsigned mode = modrm[0] >> 6;
    unsigned rm = modrm[0] & 7;
    unsigned size = mode == 1 ? 2 : mode == 2 ? 5 : 1;
    if (mode != 3 && rm == 4) { // a SIB byte
        size += mode == 0 && (modrm[1] & 7) == 5 ? 5 : 1;
    } else if (mode == 0 && rm == 5) { // relative to the pc
        size += 4;
    }
    return size;
}

// The length of the move at code, or 0 when it is something else. *nr follows
// what it leaves in eax.
static inline unsigned arch_glibc_move(const unsigned char *code, long *nr)
{
    unsigned prefix = (code[0] & 0xf0) == 0x40; // REX
    const unsigned char *op = code + prefix;
    int wide = prefix && (code[0] & 8);
    if (op[0] >= 0xb8 && op[0] <= 0xbf && !wide) { // mov $imm32, register
        if (op[0] == 0xb8 && !(prefix && (code[0] & 1))) {
            *nr = *(const arch_glibc_number *)(const void *)(op + 1);
        }
        return prefix + 5;
    }
    if (op[0] == 0x31 && op[1] == 0xc0 && !prefix) { // xor %eax, %eax
        *nr = 0;
    }
    if (op[0] == 0x31 || op[0] == 0x89 || op[0] == 0x8b) {
        return prefix + 1 + arch_glibc_operands(op + 1);
    }
    return 0;
}

// The system call that the moves from site on lead to, or 0 when they do not.
static inline uintptr_t arch_glibc_syscall(uintptr_t site, long *nr)
{
    uintptr_t at = site;
    while (at - site < ARCH_GLIBC_MOVES) {
        const unsigned char *code = (const unsigned char *)at;
        if (code[0] == 0x0f && code[1] == 0x05) {
            return at;
        }
        unsigned size = arch_glibc_move(code, nr);
        if (size == 0) {
            return 0;
        }
        at += size;
    }
    return 0;
}
#define ARCH_GLIBC_SYSCALL_SIZE 2

// ---- What a signal interrupted ----

static inline long arch_glibc_result(const char *ucontext)
{
    return *(const long *)(const void *)(ucontext + 144); // rax
}

// Lets the handler return to function as if the code before site had called it.
static inline void arch_glibc_call(char *ucontext, uintptr_t site,
                                   uintptr_t function)
{
    uintptr_t *sp = (uintptr_t *)(void *)(ucontext + 160);
    *sp -= sizeof(uintptr_t);
    *(uintptr_t *)*sp = site;
    *(uintptr_t *)(void *)(ucontext + ARCH_UCONTEXT_PC) = function;
}

#endif
