// SPDX-License-Identifier: MIT
// barrier.c - nobody goes on before all have come.
// Read before: weft/barrier.h, mutex.c, futex.h, ghosts.h.
// Read after: barrier_shared.c.
//
// Threads arrive one by one under the lock. A round has a word that its waiters
// sleep on, and a number: the word's value while the round lasts.
//
//   the word            meaning                     left by
//   number              not all have come           the last one: T1
//   anything else       the round has ended         -
//
//   T1  number -> number + 1     and all sleepers are woken
//
// A barrier may be freed by the first thread that is back, so the word that the
// others still look at cannot be in it. It is in the record of the thread that
// came first in the round: records are never unmapped (record.h), and their rounds
// are counted on through all lives. The first thread waits in one round at a time;
// when it is back and begins another, the number is a new one for those who have
// not looked yet. (After 2^32 rounds it is the same again. A thread would have to
// stand still between a look and its sleep for just so many, for hours.)
//
// In the child of a fork, those who had arrived are not there, and nor is who had
// the lock. The first one who comes drops them (ghosts.h). A thread that waits and
// forks in a signal handler arrives once more in the child.
#include <weft/barrier.h>
#include "barrier.h"
#include "futex.h"
#include "ghosts.h"
#include "spin_wait.h"

enum { START_OVER = -2 }; // no error number, and not WEFT_BARRIER_SERIAL

static void drop_ghosts(void *object)
{
    weft_barrier *b = object;
    b->arrived = 0;
    // relaxed: [ghosts.dropped] follows
    weft__store_relaxed(&b->lock.word, 0);
}

// The word of the round that the caller, who holds the lock, has come to.
static uint32_t *round_word(weft_barrier *b)
{
    if (b->arrived == 0) {
        b->round = &weft__thread_self()->record->round;
    }
    return b->round;
}

static int wait_for_end(uint32_t *round, uint32_t number, unsigned count,
                        uint32_t generation)
{
    unsigned looks = weft__barrier_spins(count);
    for (;;) {
        const int forked = weft__ghosts_forked(generation);
        // acquire: pairs with [barrier.end]
        if (weft__load_acquire(round) != number) {
            return 0;
        }
        if (forked) {
            return START_OVER;
        }
        if (looks > 0) {
            looks--;
            weft__spin_pause();
        } else {
            weft__futex_wait(round, number, 0); // look again, in any case
        }
    }
}

static int arrive(weft_barrier *b, unsigned count)
{
    const uint32_t generation =
        weft__ghosts_none(&b->generation, drop_ghosts, b);
    weft_mutex_lock(&b->lock);
    uint32_t *round = round_word(b);
    // relaxed: T1 is for who comes last, and the lock orders all that was before
    const uint32_t number = weft__load_relaxed(round);
    const int last = ++b->arrived == count;
    if (last) {
        b->arrived = 0;
    }
    weft_mutex_unlock(&b->lock);
    if (!last) {
        return wait_for_end(round, number, count, generation);
    }
    // After the unlock: now others return, and b may be gone. T1. [barrier.end]
    weft__store_release(round, number + 1);
    weft__futex_wake(round, INT32_MAX, 0);
    return WEFT_BARRIER_SERIAL;
}

int weft_barrier_wait(weft_barrier *b)
{
    const uint32_t count = b->count;
    if (count == 0) {
        return WEFT_EINVAL;
    }
    if (b->flags & WEFT_SHARED) {
        return weft__barrier_shared_wait(b, count);
    }
    int result;
    do {
        result = arrive(b, count);
    } while (result == START_OVER);
    return result;
}

int weft_barrier_init(weft_barrier *b, uint32_t count, uint32_t flags)
{
    if (count == 0 || (flags & ~WEFT_SHARED)) {
        return WEFT_EINVAL;
    }
    *b = (weft_barrier){.count = count, .flags = flags};
    return 0;
}

int weft_barrier_destroy(weft_barrier *b)
{
    int busy;
    if (b->flags & WEFT_SHARED) {
        busy = weft__barrier_shared_destroy(b);
    } else {
        weft__ghosts_none(&b->generation, drop_ghosts, b);
        weft_mutex_lock(&b->lock);
        busy = b->arrived != 0;
        weft_mutex_unlock(&b->lock);
    }
    if (busy) {
        return WEFT_EBUSY;
    }
    b->count = 0; // waiting at it is an error from now on
    return 0;
}
