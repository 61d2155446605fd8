// SPDX-License-Identifier: MIT
// mutex.c - a lock that is fast while nobody waits, and fair when somebody does.
// Read before: weft/mutex.h, futex.h.  Read after: cond.c.
//
// The word:   31..3 waiters | 2 STARVING | 1 WOKEN | 0 LOCKED
//
//   LOCKED     somebody holds it
//   WOKEN      a waiter is awake, or the wake for one is on its way: an unlocker
//              need not wake another
//   STARVING   a waiter was woken in vain several times: while it stands, a free
//              lock is only for waiters, not for newcomers
//   waiters    threads that have registered: asleep, about to sleep, or woken
//
//   T1  0 -> LOCKED                       a newcomer, nobody waiting
//   T2  not LOCKED -> LOCKED              a newcomer, unless STARVING
//   T3  waiters + 1, WOKEN off            a newcomer registers, then sleeps once
//   T4  LOCKED -> 0                       the holder, nobody waiting
//   T5  LOCKED off; WOKEN on if it was    the holder; it wakes one waiter if it
//       off and somebody waits            has set WOKEN
//   T6  not LOCKED -> LOCKED, waiters - 1 a waiter takes it; WOKEN, STARVING off
//   T7  WOKEN off, STARVING perhaps on    a waiter goes to sleep again
//   T8  waiters - 1, WOKEN, STARVING off  a waiter gives up at its deadline
//   T9  waiters + 1                       the holder, for a waiter of a condition
//                                         variable that it sends here (cond.c)
//
// Why no wake is lost. Everybody goes to sleep on a word without WOKEN (T3, T7)
// and only if it still is the same word. If LOCKED stands in it, the holder will
// find a waiter and no WOKEN, and wake one (T5). While WOKEN stands, whoever was
// woken, or found the word changed, has not acted yet; what it does (T6, T7, T8)
// turns WOKEN off. A waiter that gives up while the lock is free takes it instead
// (T6), so that no wake dies with it.
//
// What if LOCKED does not stand in the word slept on? Then a newcomer was kept
// out by STARVING (T3). Whoever set STARVING (T7) is registered still, since T6
// and T8 would have turned it off; so T5 either woke a sleeper or found the setter
// awake, and a waiter that is awake never sleeps on a free lock: one of them takes
// it (T6) and as its holder wakes the next.
//
// Why nobody waits for ever. Sleepers are woken first in, first out. Newcomers
// may overtake the one that was woken, but after TRIES wakes in vain it lets no
// more of them pass (T7), and the lock goes from waiter to waiter.
#include <weft/mutex.h>
#include "clock.h"
#include "futex.h"
#include "mutex.h"
#include "spin_wait.h"

#define LOCKED   WEFT__MUTEX_LOCKED
#define WOKEN    2u
#define STARVING WEFT__MUTEX_STARVING
#define WAITER   8u // one of them
enum { TRIES = 4 };

// Spins while there is hope: the lock is held, nobody waits for it yet, and its
// holder may be running. Returns the word as it was seen last.
static uint32_t spin(const uint32_t *word)
{
    // relaxed: what is seen here is only what the next cas expects
    uint32_t seen = weft__load_relaxed(word);
    for (unsigned left = weft__spin_limit(); left > 0 && seen == LOCKED;
         left--) {
        weft__spin_pause();
        seen = weft__load_relaxed(word);
    }
    return seen;
}

// A waiter, registered and woken: takes the lock if it is free, else sleeps until
// it is worth another look. result is what its last sleep returned.
static int take_turns(uint32_t *word, int64_t deadline_ns, unsigned flags,
                      long result)
{
    unsigned tries = 0;
    for (;;) {
        // relaxed: as in spin
        uint32_t seen = weft__load_relaxed(word);
        uint32_t without = (seen - WAITER) & ~(WOKEN | STARVING);
        if (!(seen & LOCKED)) {
            // T6.  acquire: pairs with [mutex.release]
            if (weft__cas_acquire(word, seen, without | LOCKED)) {
                return 0;
            }
        } else if (result == -WEFT_ETIMEDOUT) {
            // T8.  relaxed: nothing was done under the lock
            if (weft__cas_relaxed(word, seen, without)) {
                return WEFT_ETIMEDOUT;
            }
        } else {
            tries += result == 0; // woken, and yet not free: in vain
            uint32_t next = (seen & ~WOKEN) | (tries >= TRIES ? STARVING : 0);
            // T7.  relaxed: the sleep itself compares the word
            if (next == seen || weft__cas_relaxed(word, seen, next)) {
                result = weft__futex_wait_until(word, next, deadline_ns, flags);
            }
        }
    }
}

static int lock_slow(uint32_t *word, int64_t deadline_ns, unsigned flags)
{
    uint32_t seen = spin(word);
    for (;;) {
        if (!(seen & (LOCKED | STARVING))) {
            // T2.  acquire: pairs with [mutex.release]
            if (weft__cas_acquire(word, seen, seen | LOCKED)) {
                return 0;
            }
        } else {
            uint32_t next = (seen + WAITER) & ~WOKEN;
            // T3.  relaxed: as T7
            if (weft__cas_relaxed(word, seen, next)) {
                long result =
                    weft__futex_wait_until(word, next, deadline_ns, flags);
                return take_turns(word, deadline_ns, flags, result);
            }
        }
        seen = weft__load_relaxed(word); // as in spin
    }
}

void weft__mutex_lock_slow(weft_mutex *m)
{
    lock_slow(&m->word, WEFT_FOREVER, 0);
}

int weft__mutex_lock_in(weft_mutex *m, int64_t deadline_ns, unsigned flags)
{
    if (weft_mutex_trylock(m) == 0) {
        return 0;
    }
    return lock_slow(&m->word, deadline_ns, flags);
}

int weft_mutex_lock_until(weft_mutex *m, int64_t deadline_ns)
{
    return weft__mutex_lock_in(m, deadline_ns, 0);
}

int weft_mutex_lock_for(weft_mutex *m, int64_t timeout_ns)
{
    return weft_mutex_lock_until(m, weft__deadline(timeout_ns));
}

void weft__mutex_unlock_in(weft_mutex *m, unsigned flags)
{
    uint32_t *word = &m->word;
    uint32_t seen, next;
    do {
        seen = weft__load_relaxed(word); // as in spin
        next = seen & ~LOCKED;
        if (seen >= WAITER) {
            next |= WOKEN;
        }
        // T5. [mutex.release] pairs with T1, T2 and T6
    } while (!weft__cas_release(word, seen, next));
    // The word may be gone by now; only its address is used.
    if (!(seen & WOKEN) && seen >= WAITER) {
        weft__futex_wake(word, 1, flags);
    }
}

void weft__mutex_unlock_slow(weft_mutex *m)
{
    weft__mutex_unlock_in(m, 0);
}

void weft__mutex_register(weft_mutex *m)
{
    weft__add_relaxed(&m->word, WAITER); // T9.  relaxed: as T7
}

void weft__mutex_lock_registered(weft_mutex *m)
{
    take_turns(&m->word, WEFT_FOREVER, 0, -WEFT_EAGAIN);
}
