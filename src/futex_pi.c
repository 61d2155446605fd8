// SPDX-License-Identifier: MIT
// futex_pi.c - locks that the kernel hands over. See futex_pi.h.
#include <weft/error.h>
#include <weft/thread.h>
#include "clock.h"
#include "futex.h"
#include "futex_pi.h"
#include "syscall.h"

static long call(uint32_t *word, long operation, unsigned flags,
                 const struct kernel_timespec *deadline)
{
    if (!(flags & FUTEX_SHARED)) {
        operation |= FUTEX_PRIVATE_FLAG;
    }
    return arch_syscall4(SYS_futex, (long)word, operation, 0, (long)deadline);
}

// The same moment on CLOCK_REALTIME, as long as nobody sets that clock.
static int64_t on_realtime(int64_t deadline_ns)
{
    struct kernel_timespec real = {0, 0};
    arch_syscall3(SYS_clock_gettime, CLOCK_REALTIME, (long)&real, 0);
    int64_t offset = real.seconds * 1000000000 + real.nanoseconds - weft_now();
    int64_t deadline;
    if (__builtin_add_overflow(deadline_ns, offset, &deadline)) {
        return deadline_ns < 0 ? 0 : WEFT_FOREVER;
    }
    return deadline;
}

long weft__futex_lock_pi(uint32_t *word, int64_t deadline_ns, unsigned flags)
{
    struct kernel_timespec time;
    if (weft__is_realtime(deadline_ns)) {
        deadline_ns = weft__realtime_ns(deadline_ns);
        return call(word, FUTEX_LOCK_PI, flags,
                    weft__kernel_deadline(&time, deadline_ns));
    }
    if (deadline_ns == WEFT_FOREVER) {
        return call(word, FUTEX_LOCK_PI, flags, NULL);
    }
    long result = call(word, FUTEX_LOCK_PI2, flags,
                       weft__kernel_deadline(&time, deadline_ns));
    if (result == -WEFT_ENOSYS) { // Linux before 5.14: no CLOCK_MONOTONIC
        result = call(word, FUTEX_LOCK_PI, flags,
                      weft__kernel_deadline(&time, on_realtime(deadline_ns)));
    }
    return result;
}

long weft__futex_trylock_pi(uint32_t *word, unsigned flags)
{
    return call(word, FUTEX_TRYLOCK_PI, flags, NULL);
}

long weft__futex_unlock_pi(uint32_t *word, unsigned flags)
{
    return call(word, FUTEX_UNLOCK_PI, flags, NULL);
}
