// SPDX-License-Identifier: MIT
// deadline.c - the times of POSIX as deadlines of the core.
//
//   POSIX                              the core
//   struct timespec on either clock    nanoseconds on that clock
//   before the clock's beginning       its beginning
//   beyond what 64 bits count          WEFT_FOREVER
#include "posix.h"

int weft__posix_deadline(struct weft__deadline *deadline, clockid_t clock,
                         const struct timespec *time)
{
    if (weft__posix_clock(clock) != 0 || time->tv_nsec < 0 ||
        time->tv_nsec >= 1000000000) {
        return EINVAL;
    }
    int64_t ns;
    if (time->tv_sec < 0) {
        ns = 0;
    } else if (__builtin_mul_overflow((int64_t)time->tv_sec, 1000000000, &ns) ||
               __builtin_add_overflow(ns, (int64_t)time->tv_nsec, &ns)) {
        ns = WEFT_FOREVER;
    }
    *deadline = (struct weft__deadline){
        ns, clock == CLOCK_REALTIME ? WEFT__REALTIME : WEFT__MONOTONIC};
    return 0;
}
