// SPDX-License-Identifier: MIT
// clock.h - deadlines.
#ifndef CLOCK_H
#define CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <weft/thread.h>
#include "futex.h"
#include "linux.h"

// timeout_ns from now, on CLOCK_MONOTONIC; at most WEFT_FOREVER.
int64_t weft__deadline(int64_t timeout_ns);

// The kernel's form of a deadline, in *time; NULL for WEFT_FOREVER. A deadline
// before the clock's beginning is its beginning: the kernel refuses negative
// times.
static inline struct kernel_timespec *
weft__kernel_deadline(struct kernel_timespec *time, int64_t deadline_ns)
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

#endif
