// SPDX-License-Identifier: MIT
// cond_shared.c - condition variables between processes.
// Read before: cond.c.
//
// Nodes on stacks cannot be seen from another process, and a process may be killed at
// any moment, in its sleep or before it has made anything of its wake. So waiters
// sleep on one word in the object, nobody is counted, and every signal wakes all: if
// it woke one, and that one was killed, the others would sleep on.
//
//   word    even: nobody waits     odd: somebody may wait
//
//   T1  even -> + 1    a waiter, holding the mutex; it sleeps while the word is what
//                      it is then
//   T2  odd -> + 1     a signal; the same step of the kernel's wakes all sleepers, so
//                      that who is killed has done both or nothing
//
// So nobody sleeps on an even word, and a signal that finds one has nothing to do.
// (Two signals at a time may make an odd word odd again: one more wakes nobody.) Once
// it has given up the mutex a waiter does not touch the object, but for the look that
// the kernel takes before it lets it sleep. If the object is gone by then, that finds
// no memory, or another value: each object begins at the time of its birth.
//
// What the simple way costs: all but one are woken in vain (which every wait may be),
// and a waiter that is stopped between T1 and its sleep, while exactly 2^31 signals
// are made, sleeps through them.
#include "cancel.h"
#include "cond.h"
#include "futex.h"

void weft__cond_shared_init(weft_cond *c)
{
    c->list = 1; // signals come here
    c->word = (uint32_t)weft_now() << 1;
}

static int waited_on(uint32_t word)
{
    return word & 1;
}

int weft__cond_shared_wait(weft_cond *c, const struct weft__cond_mutex *m,
                           struct weft__deadline deadline)
{
    // relaxed: the mutex, which a signaller's change is made under, orders this
    // against its T2
    uint32_t seen = weft__load_relaxed(&c->word);
    while (!waited_on(seen)) {
        if (weft__cas_relaxed(&c->word, seen, seen + 1)) { // T1.
            seen++;
        } else {
            seen = weft__load_relaxed(&c->word);
        }
    }
    m->unlock(m->mutex);
    long result = weft__futex_wait_until(&c->word, seen, deadline,
                                         FUTEX_SHARED | FUTEX_CANCEL);
    int error = m->lock(m->mutex);
    if (result == WEFT__CANCELED_CALL) {
        weft__cancel_now();
    }
    return error == 0 && result == -WEFT_ETIMEDOUT ? WEFT_ETIMEDOUT : error;
}

void weft__cond_shared_wake(weft_cond *c)
{
    // relaxed: as in the wait; who waits no more hands nothing over
    if (waited_on(weft__load_relaxed(&c->word))) {
        // T2.
        weft__futex_change_and_wake(&c->word, FUTEX_ADD, 1, FUTEX_SHARED);
    }
}

void weft_cond_destroy(weft_cond *c)
{
    if (c->shared) {
        weft__cond_shared_wake(c); // who waits nevertheless does not for ever
    }
}
