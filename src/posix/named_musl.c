// SPDX-License-Identifier: MIT
// named_musl.c - a named semaphore as musl 1.2.3 has it: its file and its protocol.
// Read before: sem.c of the core.
//
//   offset  musl                      here
//   0       value 4, waiters 4        the same, changed together
//   8       0: between processes      the same, or the file is refused
//   28      unused                    a mark: sem.c calls this file
//
// The value is -1 instead of 0 when somebody may be asleep, on -1. A post makes 1 of
// it, and wakes. musl changes value and waiters one after the other: so a waiter has to
// set -1 before it sleeps, which makes a post fail that has not seen it.
//
//   T1  value > 0 -> - 1, or -1 if it was 1 and somebody waits      a taker
//   T2  value <= 0 -> -1, waiters + 1                               before a sleep
//   T3  waiters - 1                                                 after it
//   T4  value + 1, or -1 -> 1; wakes all if it was -1 or waited for a post
//
// (musl's own post wakes one. All are woken here because one of another process may
// be killed with its wake.)
#include <limits.h>
#include <weft/sem.h>
#include "cancel.h"
#include "futex.h"
#include "posix.h"
#include "posix_sem.h"

#define WAITER 0x100000000ull

static uint64_t *word(sem_t *sem)
{
    return (uint64_t *)(void *)sem; // it begins a page
}

static uint32_t *value_half(sem_t *sem)
{
    return (uint32_t *)(void *)sem;
}

static int32_t value_in(uint64_t seen)
{
    return (int32_t)(uint32_t)seen;
}

static uint64_t with_value(uint64_t seen, int32_t value)
{
    return (seen & ~(WAITER - 1)) | (uint32_t)value;
}

void weft__named_init(sem_t *sem, unsigned value)
{
    sem->__val[0] = (int)value;
    sem->__val[NAMED_MARK] = NAMED;
}

int weft__named_adopt(sem_t *sem)
{
    if (sem->__val[2] != 0) {
        return 0;
    }
    // relaxed: everybody who sets it sets the same
    weft__store_relaxed((uint32_t *)(void *)&sem->__val[NAMED_MARK], NAMED);
    return 1;
}

int weft__named_trywait(sem_t *sem)
{
    // relaxed: only what the cas expects
    uint64_t seen = weft__load64_relaxed(word(sem));
    while (value_in(seen) > 0) {
        int32_t left = value_in(seen) - 1;
        int32_t next = left == 0 && seen >= WAITER ? -1 : left;
        // T1.  acquire: pairs with [named.post], or musl's
        if (weft__cas64_acquire(word(sem), &seen, with_value(seen, next))) {
            return 0;
        }
    }
    return EAGAIN;
}

static int registers(sem_t *sem)
{
    uint64_t seen = weft__load64_relaxed(word(sem)); // as above
    while (value_in(seen) <= 0) {
        // T2.  relaxed: the sleep itself compares the value
        if (weft__cas64_relaxed(word(sem), &seen,
                                with_value(seen, -1) + WAITER)) {
            return 1;
        }
    }
    return 0;
}

int weft__named_wait(sem_t *sem, struct weft__deadline deadline)
{
    weft_test_cancel();
    while (weft__named_trywait(sem) != 0) {
        if (registers(sem)) {
            long result =
                weft__futex_wait_until(value_half(sem), (uint32_t)-1, deadline,
                                       FUTEX_SHARED | FUTEX_CANCEL);
            // T3.  relaxed: nothing is handed over
            weft__add64_relaxed(word(sem), 0 - WAITER);
            if (result == WEFT__CANCELED_CALL) {
                weft__cancel_now();
            }
            if (result == -WEFT_ETIMEDOUT || result == -WEFT_EINTR) {
                return (int)-result;
            }
        }
    }
    return 0;
}

int weft__named_post(sem_t *sem)
{
    uint64_t seen = weft__load64_relaxed(word(sem)); // as above
    int32_t value;
    do {
        value = value_in(seen);
        if (value == SEM_VALUE_MAX) {
            return EOVERFLOW;
        }
        // T4. [named.post] pairs with T1
    } while (!weft__cas64_release(word(sem), &seen,
                                  with_value(seen, value < 0 ? 1 : value + 1)));
    if (value < 0 || seen >= WAITER) {
        weft__futex_wake(value_half(sem), INT32_MAX, FUTEX_SHARED);
    }
    return 0;
}

int weft__named_value(sem_t *sem)
{
    int32_t value = value_in(weft__load64_relaxed(word(sem))); // as above
    return value > 0 ? value : 0;
}
