// SPDX-License-Identifier: MIT
// arch.h - what the runtime asks of the processor, on x86_64.
// The contract of every function and constant is in arch/README.md.
#ifndef ARCH_H
#define ARCH_H

#include <stddef.h>
#include <stdint.h>
#include "syscall_nr.h"

// ---- System calls ----
//   number rax, arguments rdi rsi rdx r10 r8 r9, result rax
//   the syscall instruction itself overwrites rcx and r11

static inline long arch_syscall6(long nr, long a, long b, long c, long d,
                                 long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long arch_syscall3(long nr, long a, long b, long c)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(nr), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long arch_syscall4(long nr, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

// fork(2) in terms of clone(2): the child continues here on its copy of the
// stack. Here clone's fourth argument is the child's tid word.
static inline long arch_fork(unsigned long flags, uint32_t *tid_word)
{
    return arch_syscall6(SYS_clone, (long)flags, 0, 0, (long)tid_word, 0, 0);
}

// ---- Thread pointer and TLS (psABI, TLS variant II) ----
//   TLS lies below the thread pointer, the TCB at it:
//     +0x00 its own address (code takes addresses of TLS through %fs:0)
//     +0x10 pointer to the thread's own data
//     +0x28 the stack protector's canary (compiled into all code)

#define ARCH_TLS_ABOVE_TP 0
#define ARCH_TCB_SIZE     64
#define ARCH_SELF_SLOT    0x10

static inline void arch_tcb_init(void *tcb)
{
    void **word = tcb;
    word[0] = tcb;
}

static inline void arch_tcb_set_canary(void *tcb, uintptr_t canary)
{
    uintptr_t *word = tcb;
    word[0x28 / sizeof *word] = canary;
}

#define ARCH_SET_FS 0x1002 // arch_prctl(2)

static inline long arch_set_thread_pointer(void *tp)
{
    return arch_syscall3(SYS_arch_prctl, ARCH_SET_FS, (long)tp, 0);
}

// ---- Signal frames: offsets into the kernel's struct ucontext ----
// Source: arch/x86/include/uapi/asm/{ucontext,sigcontext}.h

#define ARCH_UCONTEXT_PC   168
#define ARCH_UCONTEXT_MASK 296

// ---- Self-relocation of a static-pie: types in the low half of r_info ----
// Source: x86-64 psABI, "Relocation Types"

#define ARCH_R_NONE      0
#define ARCH_R_RELATIVE  8
#define ARCH_R_IRELATIVE 37

// Chooses an implementation for a function that has several (an ifunc).
static inline uintptr_t arch_resolve_ifunc(uintptr_t resolver,
                                           unsigned long hwcap,
                                           unsigned long hwcap2)
{
    (void)hwcap; // x86 resolvers ask the processor themselves
    (void)hwcap2;
    return ((uintptr_t(*)(void))resolver)();
}

// ---- Others ----

// What code that was compiled with -fstack-clash-protection takes for granted below
// a stack: it touches each page of a large frame.
#define ARCH_STACK_GUARD ((size_t)4096)

// Between two looks of a spin: a hint to the processor, and to a hypervisor.
static inline void arch_relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

// What the processor is told of floating point (rounding, exceptions): a thread
// is born with its creator's.
#define ARCH_FP_FLUSH_TO_ZERO 0x8000 // what is too small becomes 0

static inline uint64_t arch_fp_control(void)
{
    uint32_t sse;
    uint16_t x87;
    __asm__ volatile("stmxcsr %0" : "=m"(sse));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    return (uint64_t)x87 << 32 | sse;
}

static inline void arch_set_fp_control(uint64_t control)
{
    uint32_t sse = (uint32_t)control;
    uint16_t x87 = (uint16_t)(control >> 32);
    __asm__ volatile("ldmxcsr %0" : : "m"(sse));
    __asm__ volatile("fldcw %0" : : "m"(x87));
}

// Ends the process at once when nothing else is possible any more.
_Noreturn static inline void arch_trap(void)
{
    __asm__ volatile("ud2");
    __builtin_unreachable();
}

#endif
