// SPDX-License-Identifier: MIT
// futex.c - the futex system call. See futex.h.
#include <weft/atomic.h>
#include <weft/thread.h>
#include "cancel.h"
#include "clock.h"
#include "futex.h"
#include "syscall.h"

static long operation(long number, unsigned flags)
{
    return flags & FUTEX_SHARED ? number : number | FUTEX_PRIVATE_FLAG;
}

long weft__futex_wait_until(uint32_t *word, uint32_t expected,
                            struct weft__deadline deadline, unsigned flags)
{
    struct kernel_timespec storage;
    long wait = operation(FUTEX_WAIT_BITSET, flags);
    if (deadline.clock == WEFT__REALTIME) {
        wait |= FUTEX_CLOCK_REALTIME;
    }
    struct kernel_timespec *time = weft__kernel_deadline(&storage, deadline.ns);
    if (flags & FUTEX_CANCEL) {
        return weft__cancel_point(SYS_futex, (long)word, wait, (long)expected,
                                  (long)time, 0, (long)FUTEX_ANY);
    }
    return arch_syscall6(SYS_futex, (long)word, wait, (long)expected,
                         (long)time, 0, (long)FUTEX_ANY);
}

void weft__futex_wait(uint32_t *word, uint32_t expected, unsigned flags)
{
    // Not through weft__futex_wait_until: a program that never waits with a
    // deadline or as a cancellation point does not link what that needs.
    // A sleep with a deadline, however far, is not begun anew after a handler
    // (kernel/signal.c: ERESTART_RESTARTBLOCK).
    static const struct kernel_timespec far = {INT32_MAX, 0};
    arch_syscall6(SYS_futex, (long)word, operation(FUTEX_WAIT_BITSET, flags),
                  (long)expected, flags & FUTEX_HANDLERS ? (long)&far : 0, 0,
                  (long)FUTEX_ANY);
}

void weft__futex_wake(uint32_t *word, int count, unsigned flags)
{
    arch_syscall4(SYS_futex, (long)word, operation(FUTEX_WAKE, flags), count,
                  0);
}

void weft__futex_change_and_wake(uint32_t *word, enum weft__futex_change change,
                                 uint32_t operand, unsigned flags)
{
    // All on the first word are woken, the second is changed. (Sleepers on the
    // second could be woken as well, if a condition is met: nobody is left.)
    long encoded = (long)((uint32_t)change << 28 | (operand & 0xfff) << 12);
    long result =
        arch_syscall6(SYS_futex, (long)word, operation(FUTEX_WAKE_OP, flags),
                      INT32_MAX, 0, (long)word, encoded);
    if (result < 0) { // a sandbox that does not know it: in two steps
        if (change == FUTEX_SET) {
            weft__store_release(word, operand);
        } else if (change == FUTEX_ADD) {
            weft__add_release(word, operand);
        } else {
            uint32_t seen; // relaxed: what the cas expects
            do {
                seen = weft__load_relaxed(word);
            } while (!weft__cas_release(word, seen, seen & ~operand));
        }
        weft__futex_wake(word, INT32_MAX, flags);
    }
}

long weft__futex_requeue(uint32_t *word, uint32_t expected, uint32_t *target)
{
    return arch_syscall6(SYS_futex, (long)word, operation(FUTEX_CMP_REQUEUE, 0),
                         0, 1, (long)target, (long)expected);
}
