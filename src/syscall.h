// SPDX-License-Identifier: MIT
// syscall.h - the system calls as typed functions: >= 0, or -errno.
// Each is one kernel entry and nothing more; see the manual page of its name.
#ifndef SYSCALL_H
#define SYSCALL_H

#include <stddef.h>
#include <stdint.h>
#include "arch.h"
#include "linux.h"

// mmap's result is an address, or -4095..-1.
static inline int sys_failed(long result)
{
    return (unsigned long)result > -4096UL;
}

static inline long sys_mmap(size_t size, long protection)
{
    return arch_syscall6(
        SYS_mmap, 0, (long)size, protection,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
}

static inline long sys_mprotect(void *base, size_t size, long protection)
{
    return arch_syscall3(SYS_mprotect, (long)base, (long)size, protection);
}

static inline long sys_munmap(void *base, size_t size)
{
    return arch_syscall3(SYS_munmap, (long)base, (long)size, 0);
}

static inline long sys_madvise(void *base, size_t size, long advice)
{
    return arch_syscall3(SYS_madvise, (long)base, (long)size, advice);
}

_Noreturn static inline void sys_exit(int status)
{
    for (;;) { // a kernel that returned from it would be met again
        arch_syscall3(SYS_exit, status, 0, 0);
    }
}

_Noreturn static inline void sys_exit_group(int status)
{
    for (;;) {
        arch_syscall3(SYS_exit_group, status, 0, 0);
    }
}

static inline long sys_set_tid_address(uint32_t *word)
{
    return arch_syscall3(SYS_set_tid_address, (long)word, 0, 0);
}

static inline long sys_gettid(void)
{
    return arch_syscall3(SYS_gettid, 0, 0, 0);
}

static inline long sys_tkill(long tid, int sig)
{
    return arch_syscall3(SYS_tkill, tid, sig, 0);
}

static inline long sys_sigaction(int sig, const struct kernel_sigaction *new)
{
    return arch_syscall4(SYS_rt_sigaction, sig, (long)new, 0, sizeof new->mask);
}

static inline long sys_sigprocmask(int how, const uint64_t *set, uint64_t *old)
{
    return arch_syscall4(SYS_rt_sigprocmask, how, (long)set, (long)old,
                         sizeof *set);
}

static inline long sys_prctl(long option, const void *argument)
{
    return arch_syscall6(SYS_prctl, option, (long)argument, 0, 0, 0, 0);
}

static inline long sys_sched_setscheduler(long tid, int policy,
                                          const int *priority)
{
    return arch_syscall3(SYS_sched_setscheduler, tid, policy, (long)priority);
}

// 0 or -errno.
static inline long sys_sched_get(long tid, int *policy, int *priority)
{
    long result = arch_syscall3(SYS_sched_getscheduler, tid, 0, 0);
    *policy = (int)result;
    return result < 0
               ? result
               : arch_syscall3(SYS_sched_getparam, tid, (long)priority, 0);
}

static inline long sys_sched_setaffinity(long tid, size_t size,
                                         const void *mask)
{
    return arch_syscall3(SYS_sched_setaffinity, tid, (long)size, (long)mask);
}

static inline long sys_clock_gettime(struct kernel_timespec *now)
{
    return arch_syscall3(SYS_clock_gettime, CLOCK_MONOTONIC, (long)now, 0);
}

static inline long sys_write(int fd, const void *text, size_t size)
{
    return arch_syscall3(SYS_write, fd, (long)text, (long)size);
}

#endif
