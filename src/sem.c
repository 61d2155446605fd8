// SPDX-License-Identifier: MIT
// sem.c - a semaphore in one word: value and waiters change together.
// Read before: weft/sem.h, futex.h.
//
// The word:   63 SHARED | 62..32 waiters | 31..0 value
//
//   T1  value > 0 -> value - 1              a taker that need not wait
//   T2  value + 1                           a post; it wakes one if waiters > 0
//   T3  waiters + 1                         a taker registers; sleeps on value 0
//   T4  value > 0 -> value - 1, waiters - 1 a waiter takes
//   T5  waiters - 1                         a waiter gives up: deadline, handler
//                                           or cancellation
//   T6  value - 1                           a post of one too many takes it back
//   T7  value + 1, wakes all                a post of a SHARED one with waiters
//
// A post is one step and not a compare-and-swap, so it cannot look at the value
// before. It may find it at its maximum, and stand above it until T6; the bits
// suffice for as many such posts at one time.
//
// Because value and waiters are in one word, a post either is seen by T3's cas, or
// sees the waiter; it need not look a second time, when the semaphore may be gone.
// A wake is never lost with a waiter that gives up: the kernel does not report a
// deadline, a handler or a cancellation to a thread that was woken.
//
// Between processes anybody may be killed, between any two of its steps. Who posts
// would add and not wake: so T7 is one step of the kernel's. Who was woken would
// take the wake along: so T7 wakes all.
//
// May be stale: waiters, too high (useless wakes). Who was killed is counted for
// ever, and so are the others in the child of a fork.
#include <weft/sem.h>
#include "cancel.h"
#include "futex.h"
#include "sem.h"

#define VALUE  WEFT__SEM_VALUE
#define WAITER WEFT__SEM_WAITER
#define SHARED WEFT__SEM_SHARED

// The half with the value: it comes first on little-endian processors.
static uint32_t *value_half(weft_sem *s)
{
    return (uint32_t *)(void *)&s->word;
}

static unsigned futex_flags(uint64_t word)
{
    return word & SHARED ? FUTEX_SHARED : 0;
}

int weft_sem_init(weft_sem *s, uint32_t value, uint32_t flags)
{
    if (value > WEFT_SEM_MAX || (flags & ~WEFT_SHARED)) {
        return WEFT_EINVAL;
    }
    // relaxed: publishing the object is the program's to do
    weft__store64_relaxed(&s->word, (flags & WEFT_SHARED ? SHARED : 0) | value);
    return 0;
}

// A registered waiter leaves without having taken. T5.
static int give_up(weft_sem *s, int error)
{
    weft__add64_relaxed(&s->word, 0 - WAITER); // relaxed: nothing was taken
    return error;
}

int weft__sem_wait(weft_sem *s, struct weft__deadline deadline)
{
    weft_test_cancel();
    if (weft_sem_trywait(s) == 0) {
        return 0;
    }
    unsigned flags = futex_flags(weft__add64_relaxed(&s->word, WAITER)); // T3.
    for (;;) {
        // relaxed: only what the cas expects
        uint64_t seen = weft__load64_relaxed(&s->word);
        while ((seen & VALUE) != 0) {
            // T4.  acquire: pairs with [sem.release]
            if (weft__cas64_acquire(&s->word, &seen, seen - 1 - WAITER)) {
                return 0;
            }
        }
        long result = weft__futex_wait_until(value_half(s), 0, deadline,
                                             flags | FUTEX_CANCEL);
        if (result == WEFT__CANCELED_CALL) {
            give_up(s, 0);
            weft__cancel_now();
        }
        if (result == -WEFT_ETIMEDOUT || result == -WEFT_EINTR) {
            return give_up(s, (int)-result);
        }
    }
}

int weft__sem_wait_slow(weft_sem *s)
{
    return weft__sem_wait(s, WEFT__NEVER);
}

int weft_sem_wait_until(weft_sem *s, int64_t deadline_ns)
{
    return weft__sem_wait(s, weft__monotonic(deadline_ns));
}

int weft_sem_wait_for(weft_sem *s, int64_t timeout_ns)
{
    return weft__sem_wait(s, weft__deadline_in(timeout_ns));
}

int weft__sem_post_shared(weft_sem *s)
{
    // relaxed: only what the cas expects
    uint64_t seen = weft__load64_relaxed(&s->word);
    for (;;) {
        // (Of posts at the same time more than one may pass here.)
        if ((seen & VALUE) >= WEFT_SEM_MAX) {
            return WEFT_EOVERFLOW;
        }
        if ((seen & ~SHARED) >= WAITER) {
            // T7. [sem.release], and the semaphore may be gone
            weft__futex_change_and_wake(value_half(s), FUTEX_ADD, 1,
                                        FUTEX_SHARED);
            return 0;
        }
        // T2. [sem.release]
        if (weft__cas64_release(&s->word, &seen, seen + 1)) {
            return 0;
        }
    }
}

int weft__sem_post_slow(weft_sem *s, uint64_t seen)
{
    if ((seen & VALUE) >= WEFT_SEM_MAX) {
        // T6.  relaxed: nothing was given
        weft__add64_relaxed(&s->word, (uint64_t)-1);
        return WEFT_EOVERFLOW;
    }
    // The semaphore may be gone by now; only its address is used.
    weft__futex_wake(value_half(s), 1, 0);
    return 0;
}
