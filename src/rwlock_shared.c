// SPDX-License-Identifier: MIT
// rwlock_shared.c - the same between processes, any of which may be killed.
// Read before: rwlock.c.
//
// A process that waits may be gone before its next step. So nothing is handed to a
// waiter, nobody waits for a waiter, and who lets others go on changes the word and
// wakes them in one step of the kernel's. All who are woken compete.
//
// The state, in .shared:   31..3 readers | 2 WRITER | 1 WISH | 0 SLEEPERS
//
//   WRITER    a writer holds it; then there are no readers
//   WISH      a writer waits, or did so: readers do not join others, and do not come
//             first when these have left, if they wait BEHIND_WRITERS
//   SLEEPERS  somebody may be asleep
//
//   S1  readers + 1              a reader; neither WRITER nor WISH. SLEEPERS off if
//                                nobody had it
//   S2  readers + 1, WISH off    a reader; nobody has it, and whoever wished for it
//                                has not come for PATIENCE
//   S3  WRITER on, WISH off      a writer; nobody has it
//   S4  SLEEPERS on              a reader, before it sleeps
//   S5  WISH, SLEEPERS on        a writer, before it sleeps
//   S6  readers - 1              a reader's unlock; not the last, or nobody sleeps
//   S7  readers - 1, all woken   a reader's unlock
//   S8  0                        a writer's unlock; nobody sleeps
//   S9  0, all woken             a writer's unlock
//   S10 WISH off, all woken      a writer gives up at its deadline
//
// Why no wake is lost. Who sleeps without a deadline of PATIENCE sleeps while it is
// held, on a word with SLEEPERS, which stays on until nobody holds it any more. And
// that is S7 or S9. (S7 may find that another reader has come: then one more look
// was for nothing.) While nobody holds it, readers sleep because of WISH, and not
// for longer than PATIENCE; so S1 may turn SLEEPERS off.
//
// Whose end does harm? Who is killed while it holds the lock leaves it held. WISH of
// one that was killed lasts until the readers that are in have left, and PATIENCE
// more at the most. (Who only tries does not wait for that.) All else is nobody's.
//
// Who starves? A writer waits for the readers that are in; then it competes with the
// writers, and with readers that have waited for PATIENCE. Readers compete with
// writers. Nothing is promised to anybody, but that all who wait are awake whenever
// the lock is free.
#include "futex.h"
#include "rwlock.h"

enum { SLEEPERS = 1, WISH = 2, WRITES = 4, READER = 8 }; // one reader
enum { PATIENCE_NS = 10000000 };

int weft_rwlock_init(weft_rwlock *l, uint32_t flags)
{
    if (flags & ~WEFT_SHARED) {
        return WEFT_EINVAL;
    }
    *l = (weft_rwlock){.state = flags & WEFT_SHARED ? SHARED : 0};
    return 0;
}

static int is_free(uint32_t seen)
{
    return seen < WRITES;
}

// ---- readers ----

static uint32_t bars(enum weft__rwlock_manner manner)
{
    return manner == BESIDE_READERS ? WRITES : WRITES | WISH;
}

// One reader more, unless that is too many. On EBUSY, the word was another.
static int join(uint32_t *word, uint32_t seen)
{
    if (seen / READER >= WEFT_RWLOCK_READERS_MAX) {
        return WEFT_EAGAIN;
    }
    uint32_t next =
        (is_free(seen) ? seen & ~(uint32_t)SLEEPERS : seen) + READER;
    // S1.  acquire: pairs with [rwlock_shared.release]
    return weft__cas_acquire(word, seen, next) ? 0 : WEFT_EBUSY;
}

int weft__rwlock_shared_tryrdlock(weft_rwlock *l,
                                  enum weft__rwlock_manner manner)
{
    for (;;) {
        // relaxed: what the cas expects; as below
        uint32_t seen = weft__load_relaxed(&l->shared);
        if ((seen & bars(manner)) && !is_free(seen)) {
            return WEFT_EBUSY;
        }
        int error = join(&l->shared, seen);
        if (error != WEFT_EBUSY) {
            return error;
        }
    }
}

// Sleeps while the word is seen; for a free one, not for long.
static long sleep_on(uint32_t *word, uint32_t seen,
                     struct weft__deadline deadline)
{
    if (is_free(seen)) {
        struct weft__deadline soon = weft__deadline_in(PATIENCE_NS);
        if (deadline.clock != soon.clock || deadline.ns > soon.ns) {
            deadline = soon;
        }
    }
    return weft__futex_wait_until(word, seen, deadline, FUTEX_SHARED);
}

int weft__rwlock_shared_rdlock(weft_rwlock *l, struct weft__deadline deadline,
                               enum weft__rwlock_manner manner)
{
    uint32_t *word = &l->shared;
    uint32_t slept_on = 0;
    long result = 0;
    for (;;) {
        uint32_t seen = weft__load_relaxed(word);
        if (!(seen & bars(manner))) {
            int error = join(word, seen);
            if (error != WEFT_EBUSY) {
                return error;
            }
        } else if (result == -WEFT_ETIMEDOUT && is_free(seen)) {
            // S2.  acquire: pairs with [rwlock_shared.release]
            if (weft__cas_acquire(word, seen, READER | (seen & SLEEPERS))) {
                return 0;
            }
        } else if (result == -WEFT_ETIMEDOUT && !is_free(slept_on)) {
            return WEFT_ETIMEDOUT;
        } else if ((seen & SLEEPERS) ||
                   // S4.  relaxed: the sleep compares the word; as S5
                   weft__cas_relaxed(word, seen, seen | SLEEPERS)) {
            slept_on = seen | SLEEPERS;
            result = sleep_on(word, slept_on, deadline);
        }
    }
}

// ---- writers ----

int weft__rwlock_shared_trywrlock(weft_rwlock *l)
{
    uint32_t seen;
    while (is_free(seen = weft__load_relaxed(&l->shared))) {
        // S3.  acquire: pairs with [rwlock_shared.release]
        if (weft__cas_acquire(&l->shared, seen, WRITES | (seen & SLEEPERS))) {
            return 0;
        }
    }
    return WEFT_EBUSY;
}

int weft__rwlock_shared_wrlock(weft_rwlock *l, struct weft__deadline deadline)
{
    uint32_t *word = &l->shared;
    long result = 0;
    while (weft__rwlock_shared_trywrlock(l) != 0) {
        uint32_t seen = weft__load_relaxed(word);
        uint32_t next = seen | WISH | SLEEPERS;
        if (result == -WEFT_ETIMEDOUT) {
            // S10. Others who wish for it are awake, and turn it on again.
            weft__futex_change_and_wake(word, FUTEX_AND_NOT, WISH,
                                        FUTEX_SHARED);
            return WEFT_ETIMEDOUT;
        }
        // S5.
        if (!is_free(seen) &&
            (next == seen || weft__cas_relaxed(word, seen, next))) {
            result = weft__futex_wait_until(word, next, deadline, FUTEX_SHARED);
        }
    }
    return 0;
}

// ---- both ----

int weft__rwlock_shared_unlock(weft_rwlock *l)
{
    uint32_t *word = &l->shared;
    for (;;) {
        uint32_t seen = weft__load_relaxed(word);
        if (is_free(seen)) {
            return WEFT_EPERM;
        }
        int last = seen < 2 * READER;
        uint32_t next = seen & WRITES ? 0 : seen - READER;
        if (!last || !(seen & SLEEPERS)) {
            // S6, S8. [rwlock_shared.release]
            if (weft__cas_release(word, seen, next)) {
                return 0;
            }
        } else if (seen & WRITES) {
            // S9. [rwlock_shared.release]
            weft__futex_change_and_wake(word, FUTEX_SET, 0, FUTEX_SHARED);
            return 0;
        } else {
            // S7. [rwlock_shared.release]
            weft__futex_change_and_wake(word, FUTEX_ADD, (uint32_t)-READER,
                                        FUTEX_SHARED);
            return 0;
        }
    }
}
