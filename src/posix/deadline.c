// SPDX-License-Identifier: MIT
// deadline.c - the times of POSIX as deadlines of the core.
//
//   POSIX                              the core
//   struct timespec on CLOCK_MONOTONIC nanoseconds
//   struct timespec on CLOCK_REALTIME  weft__realtime (futex.h)
//   before the clock's beginning       its beginning
//   beyond what 64 bits count          WEFT_FOREVER
#include "posix.h"

int weft__posix_deadline(int64_t *deadline_ns, clockid_t clock,
                         const struct timespec *time)
{
    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) ||
        time->tv_nsec < 0 || time->tv_nsec >= 1000000000) {
        return EINVAL;
    }
    int64_t ns;
    if (time->tv_sec < 0) {
        ns = 0;
    } else if (__builtin_mul_overflow((int64_t)time->tv_sec, 1000000000, &ns) ||
               __builtin_add_overflow(ns, (int64_t)time->tv_nsec, &ns)) {
        ns = WEFT_FOREVER;
    }
    if (clock == CLOCK_REALTIME) {
        ns = ns > WEFT__REALTIME_MAX ? WEFT_FOREVER : weft__realtime(ns);
    }
    *deadline_ns = ns;
    return 0;
}
