// SPDX-License-Identifier: MIT
// barrier.c - nobody goes on before all have come.
// Read before: weft/barrier.h, mutex.c, futex.h.
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
// A private barrier may be freed by the first thread that is back, so the word that
// the others still look at cannot be in it. It is in the record of the thread that
// came first in the round: records are never unmapped (record.h), and their rounds
// are counted on through all lives. The first thread waits in one round at a time;
// when it is back and begins another, the number is a new one for those who have
// not looked yet. (After 2^32 rounds it is the same again. A thread would have to
// stand still between a look and its sleep for just so many, for hours.)
//
// A shared barrier cannot point into a record of another process. Its word is in
// the barrier, and weft_barrier_destroy waits until nobody is inside:
//
//   inside              threads that have come and not left yet, + ENDING
#include <weft/barrier.h>
#include "futex.h"
#include "mutex.h"
#include "spin_wait.h"
#include "thread.h"

#define ENDING 0x80000000u // somebody waits in weft_barrier_destroy

static unsigned futex_flags(const weft_barrier *b)
{
    return b->flags & WEFT_SHARED ? FUTEX_SHARED : 0;
}

int weft_barrier_init(weft_barrier *b, uint32_t count, uint32_t flags)
{
    if (count == 0 || (flags & ~WEFT_SHARED)) {
        return WEFT_EINVAL;
    }
    *b = (weft_barrier){.count = count, .flags = flags};
    return 0;
}

// The word of the round that the caller, who holds the lock, has come to.
static uint32_t *round_word(weft_barrier *b)
{
    if (b->flags & WEFT_SHARED) {
        return &b->shared_round;
    }
    if (b->arrived == 0) {
        b->round = &weft__thread_self()->record->round;
    }
    return b->round;
}

// The last one wakes the others. T1. [barrier.end]
static void end_round(uint32_t *round, uint32_t number, unsigned flags)
{
    weft__store_release(round, number + 1);
    weft__futex_wake(round, INT32_MAX, flags);
}

// Spinning is for those who have a CPU to spare beside one for each of the round:
// where there is none, whoever was woken last shares a CPU with its waker, and one
// that spins keeps the one that it waits for from coming.
static void wait_for_end(uint32_t *round, uint32_t number, unsigned flags,
                         unsigned count)
{
    unsigned looks = weft__spin_limit_for(count);
    // acquire: pairs with [barrier.end]
    while (weft__load_acquire(round) == number) {
        if (looks > 0) {
            looks--;
            weft__spin_pause();
        } else {
            weft__futex_wait(round, number, flags); // look again, in any case
        }
    }
}

// The caller touches a shared barrier no more. [barrier.leave]
static void leave(weft_barrier *b)
{
    if (weft__add_release(&b->inside, (uint32_t)-1) == (ENDING | 1)) {
        weft__futex_wake(&b->inside, 1, FUTEX_SHARED);
    }
}

int weft_barrier_wait(weft_barrier *b)
{
    const uint32_t count = b->count;
    if (count == 0) {
        return WEFT_EINVAL;
    }
    const unsigned flags = futex_flags(b);
    weft__mutex_lock_in(&b->lock, WEFT__NEVER, flags);
    uint32_t *round = round_word(b);
    // relaxed: T1 is for who comes last, and the lock orders all that was before
    const uint32_t number = weft__load_relaxed(round);
    const int last = ++b->arrived == count;
    if (last) {
        b->arrived = 0;
    }
    if (flags & FUTEX_SHARED) {
        weft__add_relaxed(&b->inside, 1); // relaxed: within the lock
        if (last) {
            // Before the unlock: the next round reads its number after it.
            end_round(round, number, flags);
        }
    }
    weft__mutex_unlock_in(&b->lock, flags);
    if (last && !(flags & FUTEX_SHARED)) {
        // After the unlock: now others return, and b may be gone.
        end_round(round, number, 0);
    }
    if (!last) {
        wait_for_end(round, number, flags, count);
    }
    if (flags & FUTEX_SHARED) {
        leave(b);
    }
    return last ? WEFT_BARRIER_SERIAL : 0;
}

int weft_barrier_destroy(weft_barrier *b)
{
    const unsigned flags = futex_flags(b);
    weft__mutex_lock_in(&b->lock, WEFT__NEVER, flags);
    const int busy = b->arrived != 0;
    weft__mutex_unlock_in(&b->lock, flags);
    if (busy) {
        return WEFT_EBUSY;
    }
    if (flags & FUTEX_SHARED) {
        uint32_t inside = weft__add_acquire(&b->inside, ENDING) | ENDING;
        // acquire: pairs with [barrier.leave] of all who have left
        while (inside != ENDING) {
            weft__futex_wait(&b->inside, inside, flags);
            inside = weft__load_acquire(&b->inside);
        }
    }
    b->count = 0; // waiting at it is an error from now on
    return 0;
}
