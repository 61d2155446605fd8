// SPDX-License-Identifier: MIT
// cond_shared.c - condition variables between processes.
// Read before: cond.c.
//
// Nodes on stacks cannot be seen from another process, so waiters sleep on a
// counter of signals in the object:
//
//   count    number of signals and broadcasts, wrapping
//   shared   31 mark | 30 ENDING | 29..0 waiters that have not left
//   list     not 0, so that signals come here
//
//   T1  waiters + 1     a waiter, holding the mutex
//   T2  count + 1       a signal; it wakes one sleeper, or all
//   T3  waiters - 1     a waiter leaves; the last one wakes an ENDING destroyer
//
// A waiter sleeps only while the counter is what it was before it gave up the
// mutex. What the simple way costs: a wait may end early (which every wait may),
// and a waiter that is stopped between reading the counter and sleeping, while
// exactly 2^32 signals are made, sleeps through them.
#include <weft/error.h>
#include "cancel.h"
#include "cond.h"
#include "futex.h"

#define ENDING  0x40000000u
#define WAITERS 0x3fffffffu

int weft__cond_shared_wait(weft_cond *c, const struct weft__cond_mutex *m,
                           struct weft__deadline deadline)
{
    // relaxed: the mutex, which a signaller's change is made under, orders these
    // against its T2
    uint32_t seen = weft__load_relaxed(&c->count);
    weft__add_relaxed(&c->shared, 1); // T1.
    m->unlock(m->mutex);
    long result = weft__futex_wait_until(&c->count, seen, deadline,
                                         FUTEX_SHARED | FUTEX_CANCEL);
    // T3.  release: pairs with weft_cond_destroy
    uint32_t before = weft__add_release(&c->shared, (uint32_t)-1);
    if ((before & ENDING) && (before & WAITERS) == 1) {
        weft__futex_wake(&c->shared, 1, FUTEX_SHARED);
    }
    int error = m->lock(m->mutex);
    if (result == WEFT__CANCELED_CALL) {
        weft__cancel_now();
    }
    return error == 0 && result == -WEFT_ETIMEDOUT ? WEFT_ETIMEDOUT : error;
}

void weft__cond_shared_wake(weft_cond *c, int all)
{
    // relaxed: as in weft__cond_waited_on
    if ((weft__load_relaxed(&c->shared) & WAITERS) != 0) {
        weft__add_relaxed(&c->count, 1); // T2.
        weft__futex_wake(&c->count, all ? INT32_MAX : 1, FUTEX_SHARED);
    }
}

void weft_cond_destroy(weft_cond *c)
{
    if (weft__load_relaxed(&c->shared) == 0) { // as in cond.c
        return;
    }
    uint32_t seen = weft__add_acquire(&c->shared, ENDING) + ENDING;
    while ((seen & WAITERS) != 0) {
        weft__futex_wait(&c->shared, seen, FUTEX_SHARED);
        seen = weft__load_acquire(&c->shared); // acquire: pairs with T3
    }
}
