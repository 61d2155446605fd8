// SPDX-License-Identifier: MIT
// cond.c - condition variables between the threads of one process.
// Read before: mutex.c, lock.c.  Read after: cond_shared.c.
//
// Waiters stand in a list, oldest first, each with a node on its own stack and
// asleep on the node's state. So a signal is for exactly those that wait when it
// is made: nobody who comes later can take it, and there is no counter to wrap.
//
//   state       meaning                              left by
//   WAITING     in the list, not signalled           signaller: T1, itself: T2
//   LEAVING     deadline or cancellation came first  itself: takes its node out
//   SIGNALLED   chosen; others go before it          predecessor: T3
//   TURN        may lock the mutex                   itself: it returns
//   TURN_THERE  the same, and it is registered with  itself: it returns
//               the mutex as a waiter (mutex.c T9)
//
//   T1  WAITING -> SIGNALLED   under the list's lock, which also takes it out
//   T2  WAITING -> LEAVING     a compare-and-swap: either the signal is first and
//                              counts, or the waiter is and the signal is another's
//   T3  SIGNALLED -> TURN..    by the signaller for the first it has chosen, and by
//                              each of them for the next, once it holds the mutex
//
// So a broadcast wakes one thread, which moves the next one's sleep over to the
// mutex, where it is woken by the unlock: no crowd wakes up to find the mutex
// taken. After T3's store the node may be gone; only its address is used.
//
// Who touches the condition variable last? Whoever was signalled never touches it
// again. A waiter that is LEAVING has to take its node out of the list; a
// signaller that meets it there waits for that before it returns. So when all are
// signalled, nobody is left who could touch it, and it may be freed.
#include <weft/error.h>
#include "cancel.h"
#include "clock.h"
#include "cond.h"
#include "futex.h"
#include "lock.h"
#include "mutex.h"

enum { WAITING, LEAVING, SIGNALLED, TURN, TURN_THERE };

struct waiter {
    uint32_t state; // futex
    // Guarded by the list's lock while in the list; the chain of those signalled
    // together, ended by NULL, afterwards.
    struct waiter *next;
    struct waiter *previous;
    uint32_t *leavers; // whom to tell that the node is out, or NULL
};

int weft_cond_init(weft_cond *c, uint32_t flags)
{
    if (flags & ~WEFT_SHARED) {
        return WEFT_EINVAL;
    }
    c->word = 0;
    c->shared = flags & WEFT_SHARED ? WEFT__COND_SHARED : 0;
    c->newest = flags & WEFT_SHARED ? c : NULL;
    return 0;
}

static struct weft__lock *lock_of(weft_cond *c)
{
    return (struct weft__lock *)(void *)&c->word;
}

static void set_newest(weft_cond *c, struct waiter *w)
{
    // relaxed: others look at the list under its lock; for who only wants to know
    // whether there is one, see weft__cond_waited_on
    weft__store_pointer_relaxed(&c->newest, w);
}

// The list is a ring: next of the newest is the oldest. The caller has the lock.
static void put_in(weft_cond *c, struct waiter *w)
{
    struct waiter *newest = c->newest;
    w->next = newest != NULL ? newest->next : w;
    w->previous = newest != NULL ? newest : w;
    w->next->previous = w;
    w->previous->next = w;
    set_newest(c, w);
}

static void take_out(weft_cond *c, struct waiter *w)
{
    if (w == c->newest) {
        set_newest(c, w->next == w ? NULL : w->previous);
    }
    w->next->previous = w->previous;
    w->previous->next = w->next;
}

// T3.  release: what the predecessor did happens before the successor's return,
// even where the mutex itself is not locked any more. [cond.turn]
static void give_turn(struct waiter *w, uint32_t turn)
{
    weft__store_release(&w->state, turn);
    weft__futex_wake(&w->state, 1, 0);
}

// Chooses the oldest one, or all, that wait. Returns the first of their chain.
// The caller has the lock. *leavers counts those that it met on their way out.
static struct waiter *choose(weft_cond *c, int all, uint32_t *leavers)
{
    struct waiter *first = NULL;
    struct waiter **link = &first;
    struct waiter *newest = c->newest;
    struct waiter *next = newest != NULL ? newest->next : NULL;
    while (next != NULL && (all || first == NULL)) {
        struct waiter *w = next;
        next = w == newest ? NULL : w->next;
        // T1.  relaxed: T3 comes after it and orders
        if (weft__cas_relaxed(&w->state, WAITING, SIGNALLED)) {
            take_out(c, w);
            *link = w;
            link = &w->next;
            *link = NULL;
        } else if (w->leavers ==
                   NULL) { // else an earlier signaller waits for it
            w->leavers = leavers;
            weft__add_relaxed(leavers, 1); // it reads w->leavers under the lock
        }
    }
    return first;
}

void weft__cond_wake(weft_cond *c, int all)
{
    if (c->shared) {
        weft__cond_shared_wake(c, all);
        return;
    }
    uint32_t leavers = 0;
    weft__lock_acquire(lock_of(c));
    struct waiter *first = choose(c, all, &leavers);
    weft__lock_release(lock_of(c));
    if (first != NULL) {
        give_turn(first, TURN);
    }
    // acquire: pairs with [cond.left]
    uint32_t left;
    while ((left = weft__load_acquire(&leavers)) != 0) {
        weft__futex_wait(&leavers, left, 0);
    }
}

// A waiter that was not signalled takes itself out of the list.
static void leave(weft_cond *c, struct waiter *w)
{
    weft__lock_acquire(lock_of(c));
    take_out(c, w);
    uint32_t *leavers = w->leavers;
    weft__lock_release(lock_of(c));
    // [cond.left] The signaller's counter may be gone after the last one's step.
    if (leavers != NULL && weft__add_release(leavers, (uint32_t)-1) == 1) {
        weft__futex_wake(leavers, 1, 0);
    }
}

// Sleeps until signalled and its turn, or until it has to leave, and has left.
// 0, WEFT_ETIMEDOUT or WEFT__CANCELED_CALL.
static long sleep_until_turn(weft_cond *c, struct waiter *w,
                             int64_t deadline_ns)
{
    uint32_t state;
    // acquire: pairs with [cond.turn]
    while ((state = weft__load_acquire(&w->state)) == WAITING) {
        long result = weft__futex_wait_until(&w->state, WAITING, deadline_ns,
                                             FUTEX_CANCEL);
        if ((result == WEFT__CANCELED_CALL || result == -WEFT_ETIMEDOUT) &&
            // T2.  relaxed: the list's lock orders the rest
            weft__cas_relaxed(&w->state, WAITING, LEAVING)) {
            leave(c, w);
            return result == WEFT__CANCELED_CALL ? result : WEFT_ETIMEDOUT;
        }
    }
    // Signalled: deadline and cancellation do not count any more. Others go first,
    // and the one before may have moved this sleep over to the mutex meanwhile.
    while (state == SIGNALLED) {
        weft__futex_wait(&w->state, SIGNALLED, 0);
        state = weft__load_acquire(&w->state); // acquire: as above
    }
    return 0;
}

// Holding the mutex, lets the next one of the chain go.
static void pass_turn(const struct waiter *w, weft_mutex *plain)
{
    struct waiter *next = w->next;
    if (next == NULL) {
        return;
    }
    if (plain == NULL) {
        give_turn(next, TURN);
        return;
    }
    weft__mutex_register(plain);
    weft__futex_requeue(&next->state, SIGNALLED, &plain->word);
    give_turn(next, TURN_THERE);
}

static int private_wait(weft_cond *c, const struct weft__cond_mutex *m,
                        int64_t deadline_ns)
{
    struct waiter w; // field by field: "= {..}" may become a call of memset
    w.state = WAITING;
    w.leavers = NULL;
    weft__lock_acquire(lock_of(c));
    put_in(c, &w);
    weft__lock_release(lock_of(c));
    m->unlock(m->mutex);
    long result = sleep_until_turn(c, &w, deadline_ns);
    int error = 0;
    // relaxed: nobody changes it any more
    if (weft__load_relaxed(&w.state) == TURN_THERE) {
        weft__mutex_lock_registered(m->plain);
    } else {
        error = m->lock(m->mutex);
    }
    if (result == 0) {
        pass_turn(&w, m->plain);
    }
    if (result == WEFT__CANCELED_CALL) {
        weft__cancel_now();
    }
    return error ? error : (int)result;
}

int weft__cond_wait(weft_cond *c, const struct weft__cond_mutex *m,
                    int64_t deadline_ns)
{
    weft_test_cancel();
    return c->shared ? weft__cond_shared_wait(c, m, deadline_ns)
                     : private_wait(c, m, deadline_ns);
}

static int lock_plain(void *mutex)
{
    weft_mutex_lock((weft_mutex *)mutex);
    return 0;
}

static void unlock_plain(void *mutex)
{
    weft_mutex_unlock((weft_mutex *)mutex);
}

int weft_cond_wait_until(weft_cond *c, weft_mutex *m, int64_t deadline_ns)
{
    const struct weft__cond_mutex plain = {m, lock_plain, unlock_plain, m};
    return weft__cond_wait(c, &plain, deadline_ns);
}

int weft_cond_wait(weft_cond *c, weft_mutex *m)
{
    return weft_cond_wait_until(c, m, WEFT_FOREVER);
}

int weft_cond_wait_for(weft_cond *c, weft_mutex *m, int64_t timeout_ns)
{
    return weft_cond_wait_until(c, m, weft__deadline(timeout_ns));
}
