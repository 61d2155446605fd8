// SPDX-License-Identifier: MIT
// cond.c - condition variables between the threads of one process.
// Read before: lock.c, mutex.c.  Read after: cond_shared.c.
//
// Waiters stand in a list, oldest first, each with a node on its own stack and
// asleep on the node's state. So a signal is for exactly those that wait when it
// is made: nobody who comes later can take it, and there is no counter to wrap.
//
//   state       meaning                              left by
//   WAITING     in the list, not signalled           signaller: T1, itself: T2
//   LEAVING     deadline or cancellation came first  itself: takes its node out
//   SIGNALLED   chosen; others go before it          itself: T3, predecessor: T4
//   AWAKE       the same, and sleeping here          predecessor: T4
//   TURN        may lock the mutex                   itself: it returns
//   TURN_THERE  the same; may have slept on it       itself: it returns
//
//   T1  WAITING -> SIGNALLED   under the list's lock, which also takes it out
//   T2  WAITING -> LEAVING     a compare-and-swap: either the signal is first and
//                              counts, or the waiter is and the signal is another's
//   T3  SIGNALLED -> AWAKE     before it sleeps for its turn
//   T4  .. -> TURN, TURN_THERE by the signaller for the first it has chosen, and by
//                              each of them for the next, once it holds the mutex
//
// While somebody holds the mutex, as a rule the signaller, who is woken could only
// sleep again. So before T4 the sleep is moved to the mutex (mutex.c T10), where the
// unlock ends it. A broadcast does so with the first one, which does it for the next.
// After T4 node and mutex may be gone; only the node's address is used.
//
// Who touches the condition variable last? Whoever was signalled never touches it
// again. A waiter that is LEAVING has to take its node out of the list; a
// signaller that meets it there waits for that before it returns. So when all are
// signalled, nobody is left who could touch it, and it may be freed.
//
// The list is one word, the address of the newest node, whose two lowest bits are
// its lock (as lock.c's: HELD, and CONTENDED when somebody may be asleep on it).
// That they are one word matters: 0 says that there is no waiter and also that
// nobody, such as the last one LEAVING, is still at work on the list.
//
// In the child of a fork the nodes are ghosts (ghosts.h), on stacks that may be used
// again; so may be who has the lock. The first to come throws the list away. The
// thread that forked may have done so in a signal handler over its own wait: its node
// is thrown away, too, and its wait ends for no reason.
#include <weft/error.h>
#include "cancel.h"
#include "cond.h"
#include "futex.h"
#include "ghosts.h"
#include "mutex.h"

enum { WAITING, LEAVING, SIGNALLED, AWAKE, TURN, TURN_THERE };
enum { HELD = 1, CONTENDED = 2 };

struct waiter {
    uint32_t state; // futex
    // Guarded by the list's lock while in the list; the chain of those signalled
    // together, ended by NULL, afterwards.
    struct waiter *next;
    struct waiter *previous;
    uint32_t generation; // of the list; for weft__ghosts_forked
    weft_mutex *mutex;   // if it is a plain one, else NULL
    uint32_t *leavers;   // whom to tell that the node is out, or NULL
};

int weft_cond_init(weft_cond *c, uint32_t flags)
{
    if (flags & ~WEFT_SHARED) {
        return WEFT_EINVAL;
    }
    c->list = 0;
    c->word = 0;
    c->shared = flags & WEFT_SHARED;
    if (c->shared) {
        weft__cond_shared_init(c);
    }
    return 0;
}

// The half with the lock's bits: it comes first on little-endian processors.
static uint32_t *lock_half(weft_cond *c)
{
    return (uint32_t *)(void *)&c->list;
}

static void drop_list(void *c)
{
    // relaxed: [ghosts.dropped] comes after it
    weft__store64_relaxed(&((weft_cond *)c)->list, 0);
}

static uint32_t without_ghosts(weft_cond *c)
{
    return weft__ghosts_none(&c->word, drop_list, c);
}

// Locks the list and returns its newest waiter; in *generation its generation.
static struct waiter *lock_list(weft_cond *c, uint32_t *generation)
{
    uint64_t mine = HELD;
    for (;;) {
        *generation = without_ghosts(c);
        uint64_t seen = weft__load64_relaxed(&c->list); // what the cas expects
        if (!(seen & HELD)) {
            // acquire: pairs with [cond.list]
            if (weft__cas64_acquire(&c->list, &seen, seen | mine) &&
                !weft__ghosts_forked(*generation)) {
                return (struct waiter *)(uintptr_t)seen;
            }
        } else if ((seen & CONTENDED) ||
                   // relaxed: the sleep itself compares the word
                   weft__cas64_relaxed(&c->list, &seen, seen | CONTENDED)) {
            weft__futex_wait(lock_half(c), (uint32_t)(seen | CONTENDED),
                             FUTEX_HANDLERS);
            mine = HELD | CONTENDED; // others may be asleep still
        }
    }
}

static void unlock_list(weft_cond *c, struct waiter *newest)
{
    uint64_t seen = weft__load64_relaxed(&c->list);
    // [cond.list]
    while (!weft__cas64_release(&c->list, &seen, (uintptr_t)newest)) {
    }
    if (seen & CONTENDED) {
        weft__futex_wake(lock_half(c), 1, 0);
    }
}

// The list is a ring: next of the newest is the oldest. The caller has locked it,
// and *newest is to be its newest waiter.
static void put_in(struct waiter **newest, struct waiter *w)
{
    w->next = *newest != NULL ? (*newest)->next : w;
    w->previous = *newest != NULL ? *newest : w;
    w->next->previous = w;
    w->previous->next = w;
    *newest = w;
}

static void take_out(struct waiter **newest, struct waiter *w)
{
    if (w == *newest) {
        *newest = w->next == w ? NULL : w->previous;
    }
    w->next->previous = w->previous;
    w->previous->next = w->next;
}

// Lets a waiter go that was chosen.
static void give_turn(struct waiter *w)
{
    weft_mutex *mutex = w->mutex;
    uint32_t turn = TURN;
    long moved = 0;
    if (mutex != NULL && weft__mutex_is_held(mutex)) {
        moved = weft__futex_requeue(&w->state, SIGNALLED, &mutex->word);
        weft__mutex_received(mutex);
        turn = TURN_THERE;
    }
    // T4.  release: what the predecessor did happens before the successor's return,
    // even where the mutex itself is not locked any more. [cond.turn]
    uint32_t state = weft__swap_release(&w->state, turn);
    if (state == AWAKE || moved != 1) {
        weft__futex_wake(&w->state, 1, 0);
    }
}

// Chooses the oldest one, or all, that wait. Returns the first of their chain.
// The caller has locked the list. *leavers counts those met on their way out.
static struct waiter *choose(struct waiter **newest, int all, uint32_t *leavers)
{
    struct waiter *first = NULL;
    struct waiter **link = &first;
    struct waiter *last = *newest;
    struct waiter *next = last != NULL ? last->next : NULL;
    while (next != NULL && (all || first == NULL)) {
        struct waiter *w = next;
        next = w == last ? NULL : w->next;
        // T1.  relaxed: T4 comes after it and orders
        if (weft__cas_relaxed(&w->state, WAITING, SIGNALLED)) {
            take_out(newest, w);
            *link = w;
            link = &w->next;
            *link = NULL;
        } else if (w->leavers == NULL) {
            w->leavers = leavers; // else an earlier signaller waits for it
            // relaxed: it reads w->leavers under the lock
            weft__add_relaxed(leavers, 1);
        }
    }
    return first;
}

void weft__cond_wake(weft_cond *c, int all)
{
    if (c->shared) {
        weft__cond_shared_wake(c);
        return;
    }
    uint32_t leavers = 0;
    uint32_t generation;
    struct waiter *newest = lock_list(c, &generation);
    struct waiter *first = choose(&newest, all, &leavers);
    unlock_list(c, newest);
    if (first != NULL && !weft__ghosts_forked(generation)) {
        give_turn(first);
    }
    // acquire: pairs with [cond.left]
    uint32_t left;
    while ((left = weft__load_acquire(&leavers)) != 0 &&
           !weft__ghosts_forked(generation)) {
        weft__futex_wait(&leavers, left, FUTEX_HANDLERS);
    }
}

int weft__cond_is_waited_on(weft_cond *c)
{
    if (!c->shared && weft__cond_waited_on(c)) {
        without_ghosts(c);
    }
    return !c->shared && weft__cond_waited_on(c);
}

// A waiter that was not signalled takes itself out of the list.
static void leave(weft_cond *c, struct waiter *w)
{
    uint32_t generation;
    struct waiter *newest = lock_list(c, &generation);
    uint32_t *leavers = NULL;
    if (generation == w->generation) {
        take_out(&newest, w);
        leavers = w->leavers;
    }
    unlock_list(c, newest);
    // [cond.left] The signaller's counter may be gone after the last one's step.
    if (leavers != NULL && weft__add_release(leavers, (uint32_t)-1) == 1) {
        weft__futex_wake(leavers, 1, 0);
    }
}

// Sleeps until signalled and its turn, or until it has to leave, and has left.
// 0, also in the child of a fork; WEFT_ETIMEDOUT or WEFT__CANCELED_CALL.
static long sleep_until_turn(weft_cond *c, struct waiter *w,
                             struct weft__deadline deadline)
{
    uint32_t state;
    // acquire: pairs with [cond.turn]
    while ((state = weft__load_acquire(&w->state)) == WAITING &&
           !weft__ghosts_forked(w->generation)) {
        long result =
            weft__futex_wait_until(&w->state, WAITING, deadline, FUTEX_CANCEL);
        if ((result == WEFT__CANCELED_CALL || result == -WEFT_ETIMEDOUT) &&
            // T2.  relaxed: the list's lock orders the rest
            weft__cas_relaxed(&w->state, WAITING, LEAVING)) {
            leave(c, w);
            return result == WEFT__CANCELED_CALL ? result : WEFT_ETIMEDOUT;
        }
    }
    // Deadline and cancellation count no more. A sleep on the mutex may have ended.
    while (state < TURN && !weft__ghosts_forked(w->generation)) {
        // T3.  relaxed: T4 orders
        if (state == AWAKE || weft__cas_relaxed(&w->state, SIGNALLED, AWAKE)) {
            weft__futex_wait(&w->state, AWAKE, FUTEX_HANDLERS);
        }
        state = weft__load_acquire(&w->state); // acquire: as above
    }
    return 0;
}

static int private_wait(weft_cond *c, const struct weft__cond_mutex *m,
                        struct weft__deadline deadline)
{
    struct waiter w; // field by field: "= {..}" may become a call of memset
    w.state = WAITING;
    w.leavers = NULL;
    w.mutex = m->plain;
    struct waiter *newest = lock_list(c, &w.generation);
    put_in(&newest, &w);
    unlock_list(c, newest);
    m->unlock(m->mutex);
    long result = sleep_until_turn(c, &w, deadline);
    int error = 0;
    // relaxed: nobody changes it any more
    if (weft__load_relaxed(&w.state) == TURN_THERE) {
        weft__mutex_lock_received(m->plain);
    } else {
        error = m->lock(m->mutex);
    }
    if (result == 0 && w.next != NULL && !weft__ghosts_forked(w.generation)) {
        give_turn(w.next);
    }
    if (result == WEFT__CANCELED_CALL) {
        weft__cancel_now();
    }
    return error ? error : (int)result;
}

int weft__cond_wait(weft_cond *c, const struct weft__cond_mutex *m,
                    struct weft__deadline deadline)
{
    weft_test_cancel();
    return c->shared ? weft__cond_shared_wait(c, m, deadline)
                     : private_wait(c, m, deadline);
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

int weft__cond_wait_plain(weft_cond *c, weft_mutex *m,
                          struct weft__deadline deadline)
{
    const struct weft__cond_mutex plain = {m, lock_plain, unlock_plain, m};
    return weft__cond_wait(c, &plain, deadline);
}

int weft_cond_wait_until(weft_cond *c, weft_mutex *m, int64_t deadline_ns)
{
    return weft__cond_wait_plain(c, m, weft__monotonic(deadline_ns));
}

int weft_cond_wait(weft_cond *c, weft_mutex *m)
{
    return weft__cond_wait_plain(c, m, WEFT__NEVER);
}

int weft_cond_wait_for(weft_cond *c, weft_mutex *m, int64_t timeout_ns)
{
    return weft__cond_wait_plain(c, m, weft__deadline_in(timeout_ns));
}
