// SPDX-License-Identifier: MIT
// clock.c - time: read it, sleep for it, leave it to others.
#include <weft/error.h>
#include "cancel.h"
#include "clock.h"
#include "syscall.h"

int64_t weft_now(void)
{
    struct kernel_timespec now;
    now.seconds = 0; // should the call be refused
    now.nanoseconds = 0;
    sys_clock_gettime(&now);
    return now.seconds * 1000000000 + now.nanoseconds;
}

struct weft__deadline weft__deadline_in(int64_t timeout_ns)
{
    int64_t ns;
    if (timeout_ns == WEFT_FOREVER ||
        __builtin_add_overflow(weft_now(), timeout_ns, &ns)) {
        // Only a timeout above 0 can overflow: now is at least 0.
        return WEFT__NEVER;
    }
    return weft__monotonic(ns);
}

int weft_sleep_until(int64_t deadline_ns)
{
    struct kernel_timespec storage;
    struct kernel_timespec *time = weft__kernel_deadline(&storage, deadline_ns);
    if (time == NULL) {
        // For ever: the farthest the kernel can count in nanoseconds.
        storage.seconds = WEFT_FOREVER / 1000000000;
        storage.nanoseconds = 0;
        time = &storage;
    }
    long result = weft_syscall_cancel(SYS_clock_nanosleep, CLOCK_MONOTONIC,
                                      TIMER_ABSTIME, (long)time, 0, 0, 0);
    return (int)-result;
}

int weft_sleep_for(int64_t duration_ns)
{
    return weft_sleep_until(weft__deadline_in(duration_ns).ns);
}

void weft_yield(void)
{
    arch_syscall3(SYS_sched_yield, 0, 0, 0);
}
