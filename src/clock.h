// SPDX-License-Identifier: MIT
// clock.h - times as the kernel has them.
#ifndef CLOCK_H
#define CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include "deadline.h"
#include "linux.h"

_Static_assert((int)WEFT__REALTIME == CLOCK_REALTIME &&
                   (int)WEFT__MONOTONIC == CLOCK_MONOTONIC,
               "the kernel's numbers");

// A deadline for the kernel, in *time; NULL for WEFT_FOREVER. One before the
// clock's beginning is its beginning: the kernel refuses negative times.
static inline struct kernel_timespec *
weft__kernel_deadline(struct kernel_timespec *time, int64_t ns)
{
    if (ns == WEFT_FOREVER) {
        return NULL;
    }
    if (ns < 0) {
        ns = 0;
    }
    time->seconds = ns / 1000000000;
    time->nanoseconds = ns % 1000000000;
    return time;
}

#endif
