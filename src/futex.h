// SPDX-License-Identifier: MIT
// futex.h - sleep only if nothing changed: the one place futexes come from.
//
// A wait sleeps if *word still is expected, and the kernel checks that under the
// same lock that a wake takes: a change followed by a wake can not fall
// between the look and the sleep. Any wait may also return for no reason at
// all, for memory that was a futex before may still be woken: callers always
// look at the word again.
//
// private: the word is looked up by its address in this process. shared: by the
// memory behind it. The kernel's own wake at thread exit is a shared one, and a
// private sleeper never hears it (kernel/fork.c, mm_release).
#ifndef FUTEX_H
#define FUTEX_H

#include <stdint.h>
#include <weft/thread.h>
#include "syscall.h"

#define FUTEX_WAIT_SHARED  ((long)FUTEX_WAIT_BITSET)
#define FUTEX_WAIT_PRIVATE ((long)FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG)

// deadline_ns on CLOCK_MONOTONIC in the kernel's form; NULL for WEFT_FOREVER.
// A deadline before the clock's beginning is its beginning: the kernel refuses
// negative times.
static inline struct kernel_timespec *
futex_deadline(struct kernel_timespec *time, int64_t deadline_ns)
{
    if (deadline_ns == WEFT_FOREVER) {
        return NULL;
    }
    if (deadline_ns < 0) {
        deadline_ns = 0;
    }
    time->seconds = deadline_ns / 1000000000;
    time->nanoseconds = deadline_ns % 1000000000;
    return time;
}

// Sleeps while *word is expected. Private.
void weft__futex_wait(uint32_t *word, uint32_t expected);

// The same, shared: what the kernel's wake at thread exit needs.
void weft__futex_wait_shared(uint32_t *word, uint32_t expected);

// Wakes up to count sleepers. Private.
void weft__futex_wake(uint32_t *word, int count);

#endif
