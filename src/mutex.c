// SPDX-License-Identifier: MIT
// mutex.c - a lock that is fast while nobody waits, and fair when somebody does.
// Read before: weft/mutex.h, futex.h.  Read after: cond.c.
//
// The word:   31..3 starving | 2 OFFERED | 1 SLEEPERS | 0 LOCKED
//
//   0          free
//   LOCKED     somebody holds it, or it is offered; 0 otherwise, in all its bits
//   SLEEPERS   somebody may be asleep: the holder has to wake one
//   OFFERED    nobody holds it, and only a waiter, who has slept, may take it
//   starving   how many waiters were woken in vain too often
//
//   T1  0 -> LOCKED                    a newcomer
//   T2  LOCKED -> 0                    the holder, nobody waiting
//   T3  SLEEPERS on                    who finds it held, before it sleeps
//   T4  starving + 1, SLEEPERS on      the same, woken in vain TRIES times
//   T5  LOCKED, SLEEPERS -> 0          the holder, nobody starving; wakes one
//   T6  OFFERED on                     the holder, somebody starving; wakes one
//   T7  0 -> LOCKED, SLEEPERS          a waiter takes it: there may be others
//   T8  OFFERED off, starving - its 1  a waiter takes what was offered
//   T9  starving - its 1               a waiter gives up at its deadline
//   T10 SLEEPERS on                    somebody, for a waiter of a condition
//                                      variable that it has moved here (cond.c)
//
// While a woken waiter is on its way the word does not tell that others sleep, so
// locks and unlocks by those who run are as short as if nobody waited, and nobody
// wakes a second one (T5). It is the woken one's duty to put SLEEPERS back, whether
// it takes the lock (T7) or sleeps again (T3).
//
// Why no wake is lost. Nobody sleeps but on a word with SLEEPERS, and only if it
// still is that word. SLEEPERS goes off only by T5, whose wake goes to somebody who
// slept, and who will put it back; a waiter gives up only after a sleep that no wake
// has ended. If nobody was asleep any more, then all who waited are awake, and will
// look at the word before they sleep.
//
// Why an offer is always taken. T6 needs a starving waiter, counted by itself (T4),
// which ends only by its own next step; and that step, when it finds an offer, is to
// take it (T8), even at its deadline.
//
// Why nobody waits for ever. Sleepers are woken first in, first out. Newcomers may
// overtake the one that was woken, but after TRIES wakes in vain it is counted as
// starving. From then on the word is never 0, each unlock is an offer (T6) to the
// oldest sleeper, and only those who wait already are before it.
#include <weft/mutex.h>
#include "futex.h"
#include "mutex.h"
#include "spin_wait.h"

#define LOCKED   WEFT__MUTEX_LOCKED
#define SLEEPERS 2u
#define OFFERED  4u
#define STARVING 8u // one of them
enum { TRIES = 4 };
enum { PATIENCE = 5 }; // pauses, for each look worth taking

// Spins while there is hope: somebody holds the lock, who may be running. Rarely
// looking is what makes this cheap: each look takes the word away from the holder's
// processor. Returns the word as it was seen last.
static uint32_t spin(const uint32_t *word)
{
    // relaxed: what is seen here is only what the next cas expects
    uint32_t seen = weft__load_relaxed(word);
    unsigned left = PATIENCE * weft__spin_limit();
    unsigned pauses = 0;
    while (seen != 0 && !(seen & OFFERED) && left > pauses) {
        left -= pauses;
        pauses = weft__spin_back_off(pauses);
        seen = weft__load_relaxed(word);
    }
    return seen;
}

// Takes the lock, or gives up at the deadline. taken: what the caller makes of a
// free word; LOCKED for a newcomer, with SLEEPERS for who has slept.
static int wait_for(uint32_t *word, struct weft__deadline deadline,
                    unsigned flags, uint32_t taken)
{
    unsigned tries = 0;
    uint32_t counted = 0; // STARVING, once this waiter is
    long result = 0;
    for (;;) {
        uint32_t seen = spin(word);
        if (seen == 0 || ((seen & OFFERED) && taken != LOCKED)) {
            uint32_t next = ((seen & ~OFFERED) | taken) - counted;
            // T1, T7, T8.  acquire: pairs with [mutex.release]
            if (weft__cas_acquire(word, seen, next)) {
                return 0;
            }
        } else if (result == -WEFT_ETIMEDOUT) {
            // T9.  relaxed: nothing was done under the lock
            if (counted == 0 || weft__cas_relaxed(word, seen, seen - counted)) {
                return WEFT_ETIMEDOUT;
            }
        } else {
            uint32_t starving = tries >= TRIES ? STARVING : 0;
            uint32_t next = (seen | SLEEPERS) + starving - counted;
            // T3, T4.  relaxed: the sleep itself compares the word
            if (next == seen || weft__cas_relaxed(word, seen, next)) {
                counted = starving;
                result = weft__futex_wait_until(word, next, deadline, flags);
                tries += result == 0;
                taken = LOCKED | SLEEPERS;
            }
        }
    }
}

void weft__mutex_lock_slow(weft_mutex *m)
{
    wait_for(&m->word, WEFT__NEVER, 0, LOCKED);
}

int weft__mutex_lock_in(weft_mutex *m, struct weft__deadline deadline,
                        unsigned flags)
{
    if (weft_mutex_trylock(m) == 0) {
        return 0;
    }
    return wait_for(&m->word, deadline, flags, LOCKED);
}

int weft_mutex_lock_until(weft_mutex *m, int64_t deadline_ns)
{
    return weft__mutex_lock_in(m, weft__monotonic(deadline_ns), 0);
}

int weft_mutex_lock_for(weft_mutex *m, int64_t timeout_ns)
{
    return weft__mutex_lock_in(m, weft__deadline_in(timeout_ns), 0);
}

void weft__mutex_unlock_in(weft_mutex *m, unsigned flags)
{
    uint32_t *word = &m->word;
    uint32_t seen, next;
    do {
        seen = weft__load_relaxed(word); // as in spin
        next = seen >= STARVING ? seen | OFFERED : 0;
        // T2, T5, T6. [mutex.release] pairs with T1, T7 and T8
    } while (!weft__cas_release(word, seen, next));
    // The word may be gone by now; only its address is used.
    if (seen & SLEEPERS) {
        weft__futex_wake(word, 1, flags);
    }
}

void weft__mutex_unlock_slow(weft_mutex *m)
{
    weft__mutex_unlock_in(m, 0);
}

void weft__mutex_received(weft_mutex *m)
{
    uint32_t *word = &m->word;
    uint32_t seen;
    do {
        seen = weft__load_relaxed(word); // as in spin
        if (seen == 0) {
            weft__futex_wake(word, 1, 0); // no holder is there to do it
            return;
        }
        // T10.  relaxed: as T3
    } while (!weft__cas_relaxed(word, seen, seen | SLEEPERS));
}

void weft__mutex_lock_received(weft_mutex *m)
{
    wait_for(&m->word, WEFT__NEVER, 0, LOCKED | SLEEPERS);
}
