// SPDX-License-Identifier: MIT
// arch.h - what the runtime asks of the processor, on aarch64.
// The contract of every function and constant is in arch/README.md.
#ifndef ARCH_H
#define ARCH_H

#include <stddef.h>
#include <stdint.h>
#include "syscall_nr.h"

// ---- System calls ----
//   number x8, arguments x0..x5, result x0; all other general
//   registers are preserved

static inline long arch_syscall6(long nr, long a, long b, long c, long d,
                                 long e, long f)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

static inline long arch_syscall3(long nr, long a, long b, long c)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

static inline long arch_syscall4(long nr, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
                     : "memory");
    return x0;
}

// fork(2) in terms of clone(2): the child continues here on its copy of the
// stack. Here clone's fifth argument is the child's tid word.
static inline long arch_fork(unsigned long flags, uint32_t *tid_word)
{
    return arch_syscall6(SYS_clone, (long)flags, 0, 0, 0, (long)tid_word, 0);
}

// ---- Thread pointer and TLS (AAELF64, TLS variant I) ----
//   The TCB lies at the thread pointer, TLS above it:
//     +0x00 kept free for a dynamic thread vector
//     +0x08 pointer to the thread's own data
//   The canary is one global for all threads: __stack_chk_guard.

#define ARCH_TLS_ABOVE_TP 1
#define ARCH_TCB_SIZE     16
#define ARCH_SELF_SLOT    0x08

static inline void arch_tcb_init(void *tcb)
{
    (void)tcb;
}

static inline void arch_tcb_set_canary(void *tcb, uintptr_t canary)
{
    (void)tcb;
    (void)canary;
}

static inline long arch_set_thread_pointer(void *tp)
{
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(tp) : "memory");
    return 0;
}

// ---- Signal frames: offsets into the kernel's struct ucontext ----
// Source: arch/arm64/include/uapi/asm/{ucontext,sigcontext}.h

#define ARCH_UCONTEXT_PC   440
#define ARCH_UCONTEXT_MASK 40

// ---- Self-relocation of a static-pie: types in the low half of r_info ----
// Source: AAELF64, "Dynamic relocations"

#define ARCH_R_NONE      0
#define ARCH_R_RELATIVE  1027
#define ARCH_R_IRELATIVE 1032

// Chooses an implementation for a function that has several (an ifunc).
// Resolvers get the hardware capabilities and a structure that repeats them:
// AAELF64 and sys/ifunc.h name it __ifunc_arg_t and bit 62 as "it is there".
static inline uintptr_t arch_resolve_ifunc(uintptr_t resolver,
                                           unsigned long hwcap,
                                           unsigned long hwcap2)
{
    const unsigned long argument[3] = {sizeof argument, hwcap, hwcap2};
    return ((uintptr_t(*)(unsigned long, const unsigned long *))resolver)(
        hwcap | 1UL << 62, argument);
}

// ---- Others ----

// What code that was compiled with -fstack-clash-protection takes for granted below
// a stack: gcc touches a large frame once in 64 KiB.
#define ARCH_STACK_GUARD ((size_t)64 * 1024)

// Between two looks of a spin. Not yield, which most processors execute as a no-op
// (it is a hint to those that run several threads on one core: Arm ARM, C6.2): isb
// takes some tens of cycles in which nothing of the spin's is under way, as pause
// does on x86_64.
static inline void arch_relax(void)
{
    __asm__ volatile("isb" : : : "memory");
}

// What the processor is told of floating point (rounding, exceptions): a thread
// is born with its creator's.
#define ARCH_FP_FLUSH_TO_ZERO 0x1000000 // what is too small becomes 0

static inline uint64_t arch_fp_control(void)
{
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return control;
}

static inline void arch_set_fp_control(uint64_t control)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(control));
}

// Ends the process at once when nothing else is possible any more.
_Noreturn static inline void arch_trap(void)
{
    __asm__ volatile("brk #1000");
    __builtin_unreachable();
}

#endif
