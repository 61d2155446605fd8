// SPDX-License-Identifier: MIT
// weft/owned.h - mutexes that know their owner.
//
//     static weft_owned_mutex lock;             // all-zero: finds mistakes
//
//     if (weft_owned_mutex_lock(&lock) == WEFT_EDEADLK) {
//         ...                                   // this thread holds it already
//     }
//
// What a thread does by mistake, a weft_owned_mutex answers with an error. It may
// be locked again by its owner, be shared between processes, outlive an owner that
// died, and lend its owner a priority, as weft_owned_mutex_init is told.
//
// In the child of a fork: a private one that the forking thread held is its own there,
// too, as often as it was locked; one that nobody held is free, whoever waited; one
// that another thread held is locked for good. A shared one stays the parent's.
// In shared memory: a process that waits may be killed or end, and the others go
// on. One that holds it leaves it locked, unless it is WEFT_ROBUST. Between
// processes nobody is promised a turn: a shared one without WEFT_ROBUST and
// WEFT_PRIO_INHERIT goes to whoever comes first.
#ifndef WEFT_OWNED_H
#define WEFT_OWNED_H

#include <weft/atomic.h>
#include <weft/error.h>
#include <weft/mutex.h>
#include <weft/sync.h>
#include <weft/thread.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

// What happens when the owner locks it again.
enum {
    WEFT_ERRORCHECK = 0, // WEFT_EDEADLK
    WEFT_RECURSIVE = 1,  // it holds it once more, and unlocks it as often
    WEFT_NORMAL = 3,     // it waits for ever, or until its deadline
};

typedef struct weft_owned_mutex {
    weft_mutex lock; // the mutex, or the kernel's word for it
    uint32_t again;  // how often the owner has locked it again; guarded by lock
    uint64_t owner;  // atomic, may be stale for all but the owner; 0: nobody
    uint32_t type;   // kind and flags; constant
    // Guarded by lock:
    uint32_t
        condition;   // 31..8 state: src/robust.c has its table | 7..0 ceiling;
                     // atomic: the ceiling is read without lock, too
    void *held_next; // lists of what the owner holds: src/robust.c,
    struct weft_owned_mutex *below; // src/ceiling.c
} weft_owned_mutex;

// A mutex of the given kind.
//   WEFT_ROBUST         when its owner ends, thread or process, without unlocking
//                       it, the next one gets it and is told: WEFT_EOWNERDEAD
//   WEFT_PRIO_INHERIT   the owner runs at the priority of its most urgent waiter
//   WEFT_PRIO_PROTECT   the owner runs at the mutex's ceiling at least, which is 1
//                       until weft_owned_mutex_set_ceiling
//   WEFT_SHARED         between processes
// Robust mutexes, too, are handed over by the kernel, in the order of priority.
//   WEFT_EINVAL   no such kind, an unknown flag, or both PRIO flags
//   WEFT_ENOTSUP  the kernel lacks what is needed: priority inheritance (for
//                 WEFT_ROBUST also), or robust lists (WEFT_ROBUST | WEFT_SHARED)
int weft_owned_mutex_init(weft_owned_mutex *m, int kind, uint32_t flags);

// Waits until nobody else holds m, then holds it.
//   WEFT_EDEADLK         the caller holds it, and its kind is WEFT_ERRORCHECK; or,
//                        with WEFT_ROBUST or WEFT_PRIO_INHERIT, the wait could
//                        never end: threads wait in a circle, or the owner of a
//                        mutex that is not robust has ended
//   WEFT_EAGAIN          it is held as often as can be counted, or the kernel has
//                        no memory
//   WEFT_EOWNERDEAD      it is held, and what it guards may be half done: mend
//                        that, and call weft_owned_mutex_consistent
//   WEFT_ENOTRECOVERABLE somebody unlocked it without having mended that
//   WEFT_EINVAL          WEFT_PRIO_PROTECT, and the caller is above the ceiling
//   WEFT_EPERM           WEFT_PRIO_PROTECT, and the kernel refuses the priority
// Ordering: all that was done before the last unlock happens before the return.
// Not a cancellation point.
static inline int weft_owned_mutex_lock(weft_owned_mutex *m);

// As weft_owned_mutex_lock, but WEFT_EBUSY where that would wait, the owner's own
// lock of any kind but WEFT_RECURSIVE included.
static inline int weft_owned_mutex_trylock(weft_owned_mutex *m);

// As weft_owned_mutex_lock, but gives up at deadline_ns (CLOCK_MONOTONIC, as
// weft_now), or after timeout_ns: WEFT_ETIMEDOUT. A deadline in the past tries
// once.
int weft_owned_mutex_lock_until(weft_owned_mutex *m, int64_t deadline_ns);
int weft_owned_mutex_lock_for(weft_owned_mutex *m, int64_t timeout_ns);

// Gives m up, or takes one off a recursive one. Once another thread can lock m,
// this call touches it no more: who locks it next may free it, a robust shared one
// after weft_owned_mutex_destroy.
//   WEFT_EPERM    the caller does not hold it
// Ordering: all that was done before happens before the next lock's return.
// Not a cancellation point.
static inline int weft_owned_mutex_unlock(weft_owned_mutex *m);

// Says, after WEFT_EOWNERDEAD and before the unlock, that all is whole again.
//   WEFT_EPERM    the caller does not hold it
//   WEFT_EINVAL   there was nothing to mend
int weft_owned_mutex_consistent(weft_owned_mutex *m);

// The least priority of the owner (1..99), for WEFT_PRIO_PROTECT. Waits until m
// is free.
//   WEFT_EINVAL   no such priority, or another kind of mutex
//   WEFT_EDEADLK  the caller holds m
int weft_owned_mutex_set_ceiling(weft_owned_mutex *m, int ceiling);

// Ends a mutex. Only shared ones need it.
//   WEFT_EBUSY    somebody holds it
int weft_owned_mutex_destroy(weft_owned_mutex *m);

// ---- Private from here: what the inline functions need ----

#define WEFT__OWNED_KIND 3u // in .type; the flags are above it

int weft__owned_trylock_slow(weft_owned_mutex *m);
int weft__owned_unlock_slow(weft_owned_mutex *m);

// Whether m is private and without flags, free, and now held.
static inline int weft__owned_take(weft_owned_mutex *m)
{
    // relaxed: a thread finds itself in .owner only if it has put itself there
    return m->type <= WEFT__OWNED_KIND && weft_mutex_trylock(&m->lock) == 0 &&
           (weft__store64_relaxed(&m->owner, weft_self()), 1);
}

static inline int weft_owned_mutex_lock(weft_owned_mutex *m)
{
    return weft__owned_take(m) ? 0 : weft_owned_mutex_lock_until(m, INT64_MAX);
}

static inline int weft_owned_mutex_trylock(weft_owned_mutex *m)
{
    return weft__owned_take(m) ? 0 : weft__owned_trylock_slow(m);
}

static inline int weft_owned_mutex_unlock(weft_owned_mutex *m)
{
    // relaxed: as in weft__owned_take
    if (m->type <= WEFT__OWNED_KIND &&
        weft__load64_relaxed(&m->owner) == weft_self() && m->again == 0) {
        weft__store64_relaxed(&m->owner, 0);
        weft_mutex_unlock(&m->lock);
        return 0;
    }
    return weft__owned_unlock_slow(m);
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
