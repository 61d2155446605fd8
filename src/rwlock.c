// SPDX-License-Identifier: MIT
// rwlock.c - many readers or one writer, and nobody starves.
// Read before: weft/rwlock.h, rwlock.h, mutex.c, futex.h, ghosts.h.
// Read after: rwlock_shared.c.
//
// The state, in one word of 64 bits; futex(2) looks at one half of it:
//
//   high   63 SHARED | 62 PHASE | 61 CLOSED | 60..32 waiting readers
//   low    31 WRITER | 30 WAITS |              29..0 active readers
//
//   SHARED   between processes; then this is all, and the rest of the state is
//            another word (rwlock_shared.c)
//   WRITER   a writer holds it; then there are no active readers
//   WAITS    a writer waits. There is only one: the others wait in the queue, a
//            mutex, until it has got the lock or given up
//   CLOSED   WRITER or WAITS, for those who see the high half only: new readers
//            have to wait
//   PHASE    turns when waiting readers become active readers; a waiting reader
//            knows by it that it was admitted. 0 when all else is
//
//   R1  readers + 1                     a reader, not CLOSED; or only not WRITER,
//                                       if it goes in BESIDE_READERS
//   R2  waiting + 1                     a reader that may not; it sleeps on the
//                                       high half
//   R3  WRITER off, PHASE turned,       a writer's unlock admits all readers that
//       readers = waiting, waiting = 0  wait by then, and wakes them
//   R4  waiting - 1, readers + 1        a waiting reader, no longer CLOSED (W4)
//   R5  readers - 1                     a reader's unlock
//   R6  waiting - 1                     a waiting reader gives up at its deadline
//   W1  WRITER, CLOSED on               a writer; no readers, not CLOSED
//   W2  WAITS, CLOSED on                the queue's holder; it sleeps on the low half
//   W3  WAITS off, WRITER on            the unlock of a writer without waiting
//                                       readers (or TO_WRITER), or of the last
//                                       reader, hands the lock to the waiting
//                                       writer and wakes it
//   W4  WAITS off, CLOSED too unless    the waiting writer gives up at its deadline;
//       WRITER                          it wakes the readers that waited behind it
//   W5  WRITER, CLOSED off              a writer's unlock; nobody waits
//   G1  waiting = 0, WAITS off,         the first one in a fork's child: those who
//       CLOSED too unless WRITER,       waited are not there (ghosts.h)
//       queue free
//
// Why one bit of PHASE will do. It turns in R3 only, at the end of a writer. There
// is no writer before all readers admitted by the last R3 have left, and they leave
// after they have seen it turn.
//
// Why no wake is lost. Each sleeper sleeps on the half that tells it to go on: R3
// and W4 change the high half, W3 the low half, and all three wake those who slept
// on it. Why nothing is touched too late: R3, R5, W3 and W5 are one cas, and after
// it only the word's address is used.
//
// Why nobody starves. A waiting reader waits for one writer at most: the one that
// holds it, or the one that waits, since that one's unlock is R3. A waiting writer
// waits for the readers that are in, and those of one R3: from W2 on, all others
// wait. In the queue, writers are overtaken as in any mutex. (The facade for POSIX
// wants its readers BESIDE_READERS. They do keep writers out.)
//
// In the child of a fork there are those that wait in the parent. They would be
// admitted, or handed the lock, and never leave. So G1 comes before R2, R3, W2 and
// W3. Readers that are in and a writer that has it may have been stopped half way:
// their lock stays locked. A thread that waits and forks in a signal handler is
// itself alive in the child, and not counted any more: it starts over.
//
// Order. All changes of the state are read-modify-writes, so an acquire that sees
// one of them is a partner of all releases before it, not of the last one only.
#include <weft/rwlock.h>
#include "futex.h"
#include "ghosts.h"
#include "mutex.h"
#include "rwlock.h"
#include "spin_wait.h"

enum { START_OVER = -1 }; // no error number: those are positive

// The halves, as little-endian processors have them.
static uint32_t *low_half(weft_rwlock *l)
{
    return (uint32_t *)(void *)&l->state;
}

static uint32_t *high_half(weft_rwlock *l)
{
    return low_half(l) + 1;
}

// relaxed: what is seen is only what the next cas expects
static uint64_t glance(const weft_rwlock *l)
{
    return weft__load64_relaxed(&l->state);
}

// CLOSED goes with WAITS, unless there is another reason for it.
static uint64_t without_writer_that_waits(uint64_t seen)
{
    return seen & ~(seen & WRITER ? WAITS : WAITS | CLOSED);
}

// G1. PHASE stays: a reader that has been admitted has yet to see it.
static void drop_ghosts(void *object)
{
    weft_rwlock *l = object;
    uint64_t seen = glance(l);
    // relaxed, both: nothing was done under the lock, and [ghosts.dropped] follows
    while (!weft__cas64_relaxed(&l->state, &seen,
                                without_writer_that_waits(seen) & ~WAITING)) {
    }
    weft__store_relaxed(&l->queue.word, 0);
}

static uint32_t no_ghosts(weft_rwlock *l)
{
    return weft__ghosts_none(&l->generation, drop_ghosts, l);
}

// Waits a little for these bits to be clear. A look fetches the cache line from who
// uses the lock, and two that take turns at a line are slower than one that has it:
// so there is one look, and before and after it the lock is left alone.
static void spin(const weft_rwlock *l, uint64_t bits)
{
    const unsigned half = 2 * weft__spin_limit();
    for (unsigned left = 2 * half; left > 0; left--) {
        if (left == half && !(glance(l) & bits)) {
            return;
        }
        weft__spin_pause();
    }
}

// ---- readers ----

// What keeps a reader out.
static uint64_t bars(enum weft__rwlock_manner manner)
{
    return manner == BESIDE_READERS ? WRITER : CLOSED;
}

static int read_at_once(weft_rwlock *l, uint64_t barred)
{
    uint64_t seen = 0; // a first guess, as in weft_rwlock_rdlock
    do {
        if ((seen & READERS) >= WEFT_RWLOCK_READERS_MAX) {
            return WEFT_EAGAIN;
        }
        // R1.  acquire: pairs with [rwlock.release]
        if (weft__cas64_acquire(&l->state, &seen, seen + 1)) {
            return 0;
        }
    } while (!(seen & (barred | SHARED)));
    return WEFT_EBUSY;
}

int weft__rwlock_tryrdlock(weft_rwlock *l, enum weft__rwlock_manner manner)
{
    int error = read_at_once(l, bars(manner));
    if (error == WEFT_EBUSY) {
        if (weft__rwlock_is_shared(l)) {
            return weft__rwlock_shared_tryrdlock(l, manner);
        }
        no_ghosts(l); // it may have been closed by one
        error = read_at_once(l, bars(manner));
    }
    return error;
}

int weft_rwlock_tryrdlock(weft_rwlock *l)
{
    return weft__rwlock_tryrdlock(l, BEHIND_WRITERS);
}

// A registered reader waits until it is admitted: R3 turns the phase that it has
// registered in.
static int wait_for_phase(weft_rwlock *l, uint64_t phase,
                          struct weft__deadline deadline, uint32_t generation)
{
    long result = 0;
    for (;;) {
        const int forked = weft__ghosts_forked(generation);
        // acquire: pairs with [rwlock.release] of R3
        uint64_t seen = weft__load64_acquire(&l->state);
        if ((seen & PHASE) != phase) {
            return 0;
        }
        if (forked) {
            return START_OVER;
        }
        if (!(seen & CLOSED)) {
            // R4.  acquire: pairs with [rwlock.release]
            if (weft__cas64_acquire(&l->state, &seen, seen - WAITER + 1)) {
                return 0;
            }
        } else if (result == -WEFT_ETIMEDOUT) {
            // R6.  relaxed: nothing was done under the lock
            if (weft__cas64_relaxed(&l->state, &seen, seen - WAITER)) {
                return WEFT_ETIMEDOUT;
            }
        } else {
            result = weft__futex_wait_until(
                high_half(l), (uint32_t)(seen >> 32), deadline, 0);
        }
    }
}

static int read_or_wait(weft_rwlock *l, struct weft__deadline deadline,
                        uint64_t barred)
{
    const uint32_t generation = no_ghosts(l);
    for (spin(l, barred);;) {
        int error = read_at_once(l, barred);
        if (error != WEFT_EBUSY) {
            return error;
        }
        uint64_t seen = glance(l);
        // R2.  relaxed: the sleep compares the word
        if ((seen & barred) &&
            weft__cas64_relaxed(&l->state, &seen, seen + WAITER)) {
            return wait_for_phase(l, seen & PHASE, deadline, generation);
        }
    }
}

int weft__rwlock_rdlock(weft_rwlock *l, struct weft__deadline deadline,
                        enum weft__rwlock_manner manner)
{
    if (weft__rwlock_is_shared(l)) {
        return weft__rwlock_shared_rdlock(l, deadline, manner);
    }
    int error;
    do {
        error = read_or_wait(l, deadline, bars(manner));
    } while (error == START_OVER);
    return error;
}

int weft_rwlock_rdlock_until(weft_rwlock *l, int64_t deadline_ns)
{
    return weft__rwlock_rdlock(l, weft__monotonic(deadline_ns), BEHIND_WRITERS);
}

int weft_rwlock_rdlock_for(weft_rwlock *l, int64_t timeout_ns)
{
    return weft__rwlock_rdlock(l, weft__deadline_in(timeout_ns),
                               BEHIND_WRITERS);
}

// ---- writers ----

int weft_rwlock_trywrlock(weft_rwlock *l)
{
    uint64_t seen = 0;
    do {
        // W1.  acquire: pairs with [rwlock.release]
        if (weft__cas64_acquire(&l->state, &seen, seen | WRITER | CLOSED)) {
            weft__store8_relaxed(&l->written, 1); // relaxed: a hint
            return 0;
        }
    } while (!(seen & (CLOSED | READERS | SHARED)));
    return seen & SHARED ? weft__rwlock_shared_trywrlock(l) : WEFT_EBUSY;
}

// The waiting writer waits until the lock is handed to it: W3 turns WAITS off.
static int wait_for_hand_over(weft_rwlock *l, struct weft__deadline deadline,
                              uint32_t generation)
{
    long result = 0;
    for (;;) {
        const int forked = weft__ghosts_forked(generation);
        // acquire: pairs with [rwlock.release] of W3
        uint64_t seen = weft__load64_acquire(&l->state);
        if (!(seen & WAITS)) {
            return 0;
        }
        if (forked) {
            return START_OVER;
        }
        if (result == -WEFT_ETIMEDOUT) {
            uint64_t next = without_writer_that_waits(seen);
            // W4.  relaxed: nothing was done under the lock
            if (weft__cas64_relaxed(&l->state, &seen, next)) {
                if (!(next & CLOSED) && (next & WAITING)) {
                    weft__futex_wake(high_half(l), INT32_MAX, 0);
                }
                return WEFT_ETIMEDOUT;
            }
        } else {
            result = weft__futex_wait_until(low_half(l), (uint32_t)seen,
                                            deadline, 0);
        }
    }
}

// The queue's holder waits for the lock; it alone may turn WAITS on.
static int wait_as_first(weft_rwlock *l, struct weft__deadline deadline,
                         uint32_t generation)
{
    for (spin(l, CLOSED | READERS);;) {
        if (weft_rwlock_trywrlock(l) == 0) {
            return 0;
        }
        uint64_t seen = glance(l);
        // W2.  relaxed: as R2
        if ((seen & (CLOSED | READERS)) &&
            weft__cas64_relaxed(&l->state, &seen, seen | WAITS | CLOSED)) {
            return wait_for_hand_over(l, deadline, generation);
        }
    }
}

static int wait_in_queue(weft_rwlock *l, struct weft__deadline deadline)
{
    const uint32_t generation = no_ghosts(l);
    int error = weft__mutex_lock_in(&l->queue, deadline, 0);
    if (error == 0) {
        error = wait_as_first(l, deadline, generation);
        if (error != START_OVER) { // else G1 frees the queue
            weft__mutex_unlock_in(&l->queue, 0);
        }
    }
    return error;
}

int weft__rwlock_wrlock(weft_rwlock *l, struct weft__deadline deadline)
{
    if (weft_rwlock_trywrlock(l) == 0) {
        return 0;
    }
    if (weft__rwlock_is_shared(l)) {
        return weft__rwlock_shared_wrlock(l, deadline);
    }
    int error;
    do {
        error = wait_in_queue(l, deadline);
    } while (error == START_OVER);
    return error;
}

int weft_rwlock_wrlock_until(weft_rwlock *l, int64_t deadline_ns)
{
    return weft__rwlock_wrlock(l, weft__monotonic(deadline_ns));
}

int weft_rwlock_wrlock_for(weft_rwlock *l, int64_t timeout_ns)
{
    return weft__rwlock_wrlock(l, weft__deadline_in(timeout_ns));
}

// ---- both ----

// What one holder less makes of the state.
static uint64_t without_holder(uint64_t seen, enum weft__rwlock_next prefer)
{
    const uint64_t waiting = (seen >> 32) & (WAITING >> 32);
    const int to_readers =
        waiting > 0 && !(seen & WAITS && prefer == TO_WRITER);
    if ((seen & WRITER) && to_readers) { // R3.
        uint64_t next = ((seen ^ PHASE) & (PHASE | WAITS)) | waiting;
        return seen & WAITS ? next | CLOSED : next;
    }
    if ((seen & READERS) > 1) { // R5.
        return seen - 1;
    }
    if (seen & WAITS) { // W3.
        return (seen & ~(WAITS | READERS)) | WRITER;
    }
    if (waiting > 0) { // R5: they are awake since W4
        return seen - 1;
    }
    return 0; // R5, W5.
}

int weft__rwlock_unlock(weft_rwlock *l, enum weft__rwlock_next prefer)
{
    if (weft__rwlock_is_shared(l)) {
        return weft__rwlock_shared_unlock(l);
    }
    no_ghosts(l);
    uint64_t seen = glance(l), next;
    do {
        if (!(seen & (WRITER | READERS))) {
            return WEFT_EPERM;
        }
        next = without_holder(seen, prefer);
        // R3, R5, W3, W5. [rwlock.release]
    } while (!weft__cas64_release(&l->state, &seen, next));
    // The lock may be gone by now; only its address is used.
    if ((seen & WRITER) && (next & READERS)) {
        weft__futex_wake(high_half(l), INT32_MAX, 0);
    } else if ((seen ^ next) & WAITS) {
        weft__futex_wake(low_half(l), 1, 0);
    }
    return 0;
}

int weft__rwlock_unlock_slow(weft_rwlock *l)
{
    return weft__rwlock_unlock(l, TO_READERS);
}
