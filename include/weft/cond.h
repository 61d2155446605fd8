// SPDX-License-Identifier: MIT
// weft/cond.h - wait until something that a mutex guards has changed.
//
//     static weft_mutex lock;                   // all-zero: ready for use
//     static weft_cond changed;
//
//     weft_mutex_lock(&lock);
//     while (!ready) {                          // always in a loop: a wait may
//         weft_cond_wait(&changed, &lock);      // also return for no reason
//     }
//     weft_mutex_unlock(&lock);
#ifndef WEFT_COND_H
#define WEFT_COND_H

#include <weft/atomic.h>
#include <weft/mutex.h>
#include <weft/sync.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

struct weft_owned_mutex;

typedef struct weft_cond {
    uint64_t list;   // private: src/cond.c has its table; shared: not 0
    uint32_t word;   // private: whose waiters (src/ghosts.h);
                     // shared: src/cond_shared.c has its table
    uint32_t shared; // WEFT_SHARED, or 0
} weft_cond;

// flags: WEFT_SHARED, or 0.
//   WEFT_EINVAL   an unknown flag
int weft_cond_init(weft_cond *c, uint32_t flags);

// Gives up m, sleeps until signalled, and holds m again. Between giving up and
// sleeping no signal is missed. All threads that wait on c at one time use the
// same m, which the caller holds.
//   _until  gives up at deadline_ns (CLOCK_MONOTONIC, as weft_now): then
//           WEFT_ETIMEDOUT, and m is held again
//   _for    after timeout_ns
//   _owned  with an owned mutex of any kind. Also returns what its unlock and lock
//           return: WEFT_EPERM (not its owner; nothing was given up),
//           WEFT_EOWNERDEAD, WEFT_ENOTRECOVERABLE
// Ordering: as unlock and lock of m.
// Cancellation points; a cancelled waiter holds m again in its cleanup handlers,
// and no signal that was meant for another waiter is lost with it.
int weft_cond_wait(weft_cond *c, weft_mutex *m);
int weft_cond_wait_until(weft_cond *c, weft_mutex *m, int64_t deadline_ns);
int weft_cond_wait_for(weft_cond *c, weft_mutex *m, int64_t timeout_ns);
int weft_cond_wait_owned(weft_cond *c, struct weft_owned_mutex *m);
int weft_cond_wait_owned_until(weft_cond *c, struct weft_owned_mutex *m,
                               int64_t deadline_ns);
int weft_cond_wait_owned_for(weft_cond *c, struct weft_owned_mutex *m,
                             int64_t timeout_ns);

// Ends the wait of one thread, the one that waits longest, or of all that wait
// now; a signal of a shared c ends all waits, too, for one of them may be killed
// before it gets to anything. Without a waiter nothing happens, at the cost of one
// load. The caller need not hold the mutex. All of them signalled, c may be freed.
// Not cancellation points.
static inline void weft_cond_signal(weft_cond *c);
static inline void weft_cond_broadcast(weft_cond *c);

// Ends a shared c. It waits for nobody; who waits nevertheless does no longer.
// Nobody may begin to wait any more. For a private one it does nothing.
//
// In the child of a fork a private c is as good as new, whoever waited for it. A
// thread whose signal handler forks while it waits comes back from its wait in the
// child, for no reason; but after a handler of SA_RESTART it sleeps on there until
// its deadline.
// A process that waits on a shared c may end or be killed: no signal is lost with
// it, and c can be signalled, ended and initialised again. Who is killed with the
// mutex takes that along, unless it is robust: then a wait returns
// WEFT_EOWNERDEAD.
void weft_cond_destroy(weft_cond *c);

// ---- Private from here: what the inline functions need ----

void weft__cond_wake(weft_cond *c, int all);

static inline int weft__cond_waited_on(weft_cond *c)
{
    // A waiter that must be seen has put itself in before it gave up the mutex,
    // under which the caller made the change that it signals.
    // acquire: pairs with [cond.list]. Who finds no waiter may free c: what the
    // last one did to it is over.
    return weft__load64_acquire(&c->list) != 0;
}

static inline void weft_cond_signal(weft_cond *c)
{
    if (weft__cond_waited_on(c)) {
        weft__cond_wake(c, 0);
    }
}

static inline void weft_cond_broadcast(weft_cond *c)
{
    if (weft__cond_waited_on(c)) {
        weft__cond_wake(c, 1);
    }
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
