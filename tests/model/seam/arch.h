// SPDX-License-Identifier: MIT
// arch.h - the processor that the explorer has in place of arch/*/arch.h: its
// system calls go to kernel.c.
#ifndef ARCH_H
#define ARCH_H

#include <stddef.h>
#include <stdint.h>

// Only names; any values would do.
#include "../../../arch/x86_64/syscall_nr.h"

long model_syscall(long nr, long a, long b, long c);
static inline long arch_syscall3(long nr, long a, long b, long c)
{
    return model_syscall(nr, a, b, c);
}

static inline long arch_syscall4(long nr, long a, long b, long c, long d)
{
    (void)d;
    return model_syscall(nr, a, b, c);
}

static inline long arch_syscall6(long nr, long a, long b, long c, long d,
                                 long e, long f)
{
    (void)d;
    (void)e;
    (void)f;
    return model_syscall(nr, a, b, c);
}

static inline long arch_fork(unsigned long flags, uint32_t *tid_word)
{
    return model_syscall(SYS_clone, (long)flags, (long)tid_word, 0);
}

void model_set_thread_pointer(void *tp);
static inline void arch_set_thread_pointer(void *tp)
{
    model_set_thread_pointer(tp);
}

static inline uint64_t arch_fp_control(void)
{
    return 0;
}

static inline void arch_set_fp_control(uint64_t control)
{
    (void)control;
}

#define ARCH_STACK_GUARD ((size_t)4096)

static inline void arch_trap(void)
{
    __builtin_trap();
}

static inline void arch_relax(void)
{
}

#endif
