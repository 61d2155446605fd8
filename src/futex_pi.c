// SPDX-License-Identifier: MIT
// futex_pi.c - locks that the kernel hands over. See futex_pi.h.
#include <weft/error.h>
#include <weft/thread.h>
#include "clock.h"
#include "futex.h"
#include "futex_pi.h"
#include "syscall.h"

// One copy is smaller than what is left of it in each caller.
static __attribute__((noinline)) long call(uint32_t *word, long operation,
                                           unsigned flags, int64_t deadline_ns)
{
    struct kernel_timespec storage;
    struct kernel_timespec *time = weft__kernel_deadline(&storage, deadline_ns);
    if (!(flags & FUTEX_SHARED)) {
        operation |= FUTEX_PRIVATE_FLAG;
    }
    return arch_syscall4(SYS_futex, (long)word, operation, 0, (long)time);
}

// The same moment on CLOCK_REALTIME, as long as nobody sets that clock.
static int64_t on_realtime(int64_t ns)
{
    struct kernel_timespec now = {0, 0};
    arch_syscall3(SYS_clock_gettime, CLOCK_REALTIME, (long)&now, 0);
    int64_t offset = now.seconds * 1000000000 + now.nanoseconds - weft_now();
    int64_t real_ns;
    if (__builtin_add_overflow(ns, offset, &real_ns)) {
        return ns < 0 ? 0 : WEFT_FOREVER;
    }
    return real_ns;
}

long weft__futex_lock_pi(uint32_t *word, struct weft__deadline deadline,
                         unsigned flags)
{
    if (deadline.clock == WEFT__REALTIME || deadline.ns == WEFT_FOREVER) {
        return call(word, FUTEX_LOCK_PI, flags, deadline.ns);
    }
    long result = call(word, FUTEX_LOCK_PI2, flags, deadline.ns);
    if (result == -WEFT_ENOSYS) { // Linux before 5.14: no CLOCK_MONOTONIC
        result = call(word, FUTEX_LOCK_PI, flags, on_realtime(deadline.ns));
    }
    return result;
}

long weft__futex_trylock_pi(uint32_t *word, unsigned flags)
{
    return call(word, FUTEX_TRYLOCK_PI, flags, WEFT_FOREVER);
}

long weft__futex_unlock_pi(uint32_t *word, unsigned flags)
{
    return call(word, FUTEX_UNLOCK_PI, flags, WEFT_FOREVER);
}
