// SPDX-License-Identifier: MIT
// clock.h - deadlines.
#ifndef CLOCK_H
#define CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <weft/thread.h>
#include "linux.h"

// timeout_ns from now, on CLOCK_MONOTONIC; at most WEFT_FOREVER.
int64_t weft__deadline(int64_t timeout_ns);

// POSIX has deadlines on CLOCK_REALTIME, which somebody may set while a thread
// waits. Such a deadline travels as a number that is none on CLOCK_MONOTONIC: more
// than a hundred years before the machine was switched on. ns: 0..WEFT__REALTIME_MAX
#define WEFT__REALTIME_FIRST (INT64_MIN / 2 - 1)
#define WEFT__REALTIME_MAX   (WEFT__REALTIME_FIRST - INT64_MIN - 1)
#define WEFT__REALTIME(ns)   (WEFT__REALTIME_FIRST - (ns)) // and back again

static inline int weft__is_realtime(int64_t deadline_ns)
{
    return deadline_ns <= WEFT__REALTIME_FIRST && deadline_ns > INT64_MIN;
}

// The kernel's form of a deadline, in *time; NULL for WEFT_FOREVER. A deadline
// before the clock's beginning is its beginning: the kernel refuses negative
// times.
static inline struct kernel_timespec *
weft__kernel_deadline(struct kernel_timespec *time, int64_t deadline_ns)
{
    if (deadline_ns == WEFT_FOREVER) {
        return NULL;
    }
    if (weft__is_realtime(deadline_ns)) {
        deadline_ns = WEFT__REALTIME(deadline_ns);
    }
    if (deadline_ns < 0) {
        deadline_ns = 0;
    }
    time->seconds = deadline_ns / 1000000000;
    time->nanoseconds = deadline_ns % 1000000000;
    return time;
}

#endif
