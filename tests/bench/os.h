// SPDX-License-Identifier: MIT
// os.h - the system calls that the measured programs make themselves: the same
// few instructions whatever library is measured, and no libc in between.
#ifndef OS_H
#define OS_H

#include <stddef.h>
#include <stdint.h>
#include "arch.h"

#define OS_FUTEX_WAIT 128 // private
#define OS_FUTEX_WAKE 129
#define OS_AT_FDCWD   (-100)

struct os_time {
    int64_t seconds, nanoseconds;
};

static inline int64_t os_now(void) // nanoseconds of CLOCK_MONOTONIC
{
    struct os_time now;
    arch_syscall3(SYS_clock_gettime, 1, (long)&now, 0);
    return now.seconds * 1000000000 + now.nanoseconds;
}

static inline void os_nap(int64_t nanoseconds)
{
    struct os_time time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    arch_syscall4(SYS_clock_nanosleep, 1, 0, (long)&time, 0);
}

static inline void os_futex_wait(uint32_t *word, uint32_t value)
{
    arch_syscall4(SYS_futex, (long)word, OS_FUTEX_WAIT, value, 0);
}

static inline void os_futex_wake(uint32_t *word, int count)
{
    arch_syscall3(SYS_futex, (long)word, OS_FUTEX_WAKE, count);
}

static inline void os_yield(void)
{
    arch_syscall3(SYS_sched_yield, 0, 0, 0);
}

// The calling thread, and those it creates from now on, run on one CPU: the
// first that it may run on.
static inline void os_pin(void)
{
    unsigned long mask[16] = {0};
    long bytes =
        arch_syscall3(SYS_sched_getaffinity, 0, sizeof mask, (long)mask);
    int found = 0;
    for (size_t i = 0; (long)(i * sizeof mask[0]) < bytes; i++) {
        mask[i] = found ? 0 : mask[i] & (0 - mask[i]);
        found |= mask[i] != 0;
    }
    arch_syscall3(SYS_sched_setaffinity, 0, sizeof mask, (long)mask);
}

static inline long os_read(int fd, void *bytes, size_t size)
{
    return arch_syscall3(SYS_read, fd, (long)bytes, (long)size);
}

static inline void os_write(int fd, const char *text)
{
    size_t size = 0;
    while (text[size] != '\0') {
        size++;
    }
    arch_syscall3(SYS_write, fd, (long)text, (long)size);
}

_Noreturn static inline void os_fail(const char *why)
{
    os_write(2, "bench: ");
    os_write(2, why);
    os_write(2, "\n");
    for (;;) {
        arch_syscall3(SYS_exit_group, 1, 0, 0);
    }
}

static inline int os_same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static inline int64_t os_number(const char *text)
{
    int64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (*text - '0');
    }
    return number;
}

// Pages of this process that are in memory: the second number of statm.
static inline int64_t os_resident_pages(void)
{
    char text[128] = "";
    long fd =
        arch_syscall4(SYS_openat, OS_AT_FDCWD, (long)"/proc/self/statm", 0, 0);
    os_read((int)fd, text, sizeof text - 1);
    arch_syscall3(SYS_close, fd, 0, 0);
    const char *second = text;
    while (*second != '\0' && *second != ' ') {
        second++;
    }
    return os_number(second + (*second == ' '));
}

#endif
