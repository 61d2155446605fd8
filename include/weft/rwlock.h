// SPDX-License-Identifier: MIT
// weft/rwlock.h - many readers, or one writer.
//
//     static weft_rwlock lock;                  // all-zero: unlocked
//
//     weft_rwlock_rdlock(&lock);
//     sum = table[0] + table[1];
//     weft_rwlock_unlock(&lock);
//
// Nobody starves. While a writer waits, new readers wait behind it; when a writer
// is done, all readers that wait by then go first, and then the next writer. So a
// thread that reads may read again, but only while no writer waits: where there
// are writers, a second read lock inside a first one can wait for ever.
//
// In the child of a fork: what the forking thread holds it can release, and then
// use; those who wait in the parent are not there. What another thread held stays
// locked. Between processes (WEFT_SHARED): a process that ends while it waits keeps
// nobody waiting; one that ends while it holds the lock leaves it held. Who waits
// there competes, and no order is promised; readers do not join readers while a
// writer waits.
#ifndef WEFT_RWLOCK_H
#define WEFT_RWLOCK_H

#include <weft/atomic.h>
#include <weft/error.h>
#include <weft/mutex.h>
#include <weft/sync.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_rwlock {
    uint64_t state; // src/rwlock.c has its table
    union {
        weft_mutex queue; // writers wait here until it is their turn to wait
        uint32_t shared;  // src/rwlock_shared.c has its table
    };
    union {
        uint32_t generation; // of those who wait: src/ghosts.h
        uint8_t written; // a hint for the unlock: it is most likely a writer's
    };
} weft_rwlock;

// How often a lock can be held for reading at one time.
#define WEFT_RWLOCK_READERS_MAX 0xfffffu

// flags: WEFT_SHARED.
//   WEFT_EINVAL   an unknown flag
int weft_rwlock_init(weft_rwlock *l, uint32_t flags);

// Holds l for reading, together with other readers; waits while a writer holds it
// or waits for it.
//   WEFT_EAGAIN   it is held WEFT_RWLOCK_READERS_MAX times
// Ordering: what writers did before their unlocks happens before the return.
// Not a cancellation point.
static inline int weft_rwlock_rdlock(weft_rwlock *l);

// As weft_rwlock_rdlock, but WEFT_EBUSY instead of waiting.
int weft_rwlock_tryrdlock(weft_rwlock *l);

// As weft_rwlock_rdlock, but gives up at deadline_ns (CLOCK_MONOTONIC, as
// weft_now), or after timeout_ns: WEFT_ETIMEDOUT. A deadline in the past tries
// once.
int weft_rwlock_rdlock_until(weft_rwlock *l, int64_t deadline_ns);
int weft_rwlock_rdlock_for(weft_rwlock *l, int64_t timeout_ns);

// Holds l for writing, alone; waits until nobody else holds it. A holder that
// calls it waits for ever: it has no owner that could be asked. Always 0.
// Ordering: what holders did before their unlocks happens before the return.
// Not a cancellation point.
static inline int weft_rwlock_wrlock(weft_rwlock *l);

// As weft_rwlock_wrlock, but WEFT_EBUSY instead of waiting.
int weft_rwlock_trywrlock(weft_rwlock *l);

// As weft_rwlock_wrlock, but gives up at a deadline or after a time:
// WEFT_ETIMEDOUT. Readers that waited behind this writer go on then.
int weft_rwlock_wrlock_until(weft_rwlock *l, int64_t deadline_ns);
int weft_rwlock_wrlock_for(weft_rwlock *l, int64_t timeout_ns);

// Gives l up, as reader or writer. Once another thread can lock l, this call
// touches it no more: who locks it last may free it.
//   WEFT_EPERM    nobody holds it
// Ordering: all that was done before happens before the locks it makes possible.
// Not a cancellation point.
static inline int weft_rwlock_unlock(weft_rwlock *l);

// Ends a shared lock that nobody uses any more.
static inline void weft_rwlock_destroy(weft_rwlock *l);

// ---- Private from here: what the inline functions need ----

#define WEFT__RWLOCK_WRITER  0x80000000ull
#define WEFT__RWLOCK_CLOSED  0x2000000000000000ull
#define WEFT__RWLOCK_WRITTEN (WEFT__RWLOCK_WRITER | WEFT__RWLOCK_CLOSED)

int weft__rwlock_unlock_slow(weft_rwlock *l);

// Whether it was that easy.
static inline int weft__rwlock_has_read(weft_rwlock *l)
{
    uint64_t seen = 0; // the first guess: to look would take as long as the cas
    do {
        // rwlock.c R1.  acquire: pairs with [rwlock.release]
        if (weft__cas64_acquire(&l->state, &seen, seen + 1)) {
            return 1;
        }
    } while (seen < WEFT_RWLOCK_READERS_MAX); // nothing but a number of readers
    return 0;
}

static inline int weft_rwlock_rdlock(weft_rwlock *l)
{
    return weft__rwlock_has_read(l) ? 0
                                    : weft_rwlock_rdlock_until(l, INT64_MAX);
}

static inline int weft__rwlock_has_written(weft_rwlock *l)
{
    uint64_t seen = 0;
    // rwlock.c W1.  acquire: pairs with [rwlock.release]
    if (weft__cas64_acquire(&l->state, &seen, WEFT__RWLOCK_WRITTEN)) {
        weft__store8_relaxed(&l->written, 1); // relaxed: a hint
        return 1;
    }
    return 0;
}

static inline int weft_rwlock_wrlock(weft_rwlock *l)
{
    return weft__rwlock_has_written(l) ? 0
                                       : weft_rwlock_wrlock_until(l, INT64_MAX);
}

static inline int weft_rwlock_unlock(weft_rwlock *l)
{
    // The first guess comes from the hint, which costs less than a look at the
    // state: that would have to wait for the last cas. A wrong one does no harm.
    // relaxed: nothing rests on it
    uint64_t seen = 1;
    if (weft__load8_relaxed(&l->written)) {
        weft__store8_relaxed(&l->written, 0);
        seen = WEFT__RWLOCK_WRITTEN;
        // rwlock.c W5: nobody waits. [rwlock.release]
        if (weft__cas64_release(&l->state, &seen, 0)) {
            return 0;
        }
        return weft__rwlock_unlock_slow(l);
    }
    do {
        // rwlock.c R5: nobody waits. [rwlock.release]
        if (weft__cas64_release(&l->state, &seen, seen - 1)) {
            return 0;
        }
    } while (seen - 1 < WEFT_RWLOCK_READERS_MAX); // as above
    return weft__rwlock_unlock_slow(l);
}

static inline void weft_rwlock_destroy(weft_rwlock *l)
{
    (void)l; // nothing is registered anywhere
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
