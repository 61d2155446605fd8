// SPDX-License-Identifier: MIT
// lock_shared.c - a lock in memory that several processes have.
// Read before: lock.c.  Read after: owned.c.
//
// Any process may be killed, between any two of its steps. If it holds the lock,
// the lock stays locked; otherwise nothing here may need its next step.
//
//   word        meaning                         left by
//   FREE        nobody holds it                 anybody: T1
//   HELD        held                            waiter: T2, holder: T3
//   CONTENDED   held, somebody may be asleep    holder: T4
//
//   T1  FREE -> HELD        who finds it free
//   T2  HELD -> CONTENDED   who finds it held, before it sleeps
//   T3  HELD -> FREE        the holder
//   T4  CONTENDED -> FREE   the holder; wakes all
//
// All are woken, because the one that was woken could be killed, and its wake with
// it. That is also why who comes from a sleep may take the lock as a newcomer does
// (T1): nobody has been left asleep, and whoever sleeps again says so (T2).
//
// T4 is one step, store and wake: a holder that is killed has done neither, or both.
//
// May be stale: CONTENDED with no sleeper (one useless wake).
// Never: a sleeper while the word is HELD or FREE.
//
// The price is fairness. A waiter that counted itself as starving (mutex.c) would be
// a promise that the dead do not keep.
#include "futex.h"
#include "lock_shared.h"
#include "spin_wait.h"

enum { PATIENCE = 5 }; // pauses, for each look worth taking; as in mutex.c

// Spins while somebody holds it, who may be running, and nobody sleeps.
static uint32_t spin(const uint32_t *word)
{
    // relaxed: what is seen here is only what the next cas expects
    uint32_t seen = weft__load_relaxed(word);
    unsigned left = PATIENCE * weft__spin_limit();
    unsigned pauses = 0;
    while (seen == SHARED_HELD && left > pauses) {
        left -= pauses;
        pauses = weft__spin_back_off(pauses);
        seen = weft__load_relaxed(word);
    }
    return seen;
}

int weft__shared_lock_slow(uint32_t *word, struct weft__deadline deadline)
{
    long result = 0;
    for (;;) {
        uint32_t seen = spin(word);
        if (seen == SHARED_FREE) {
            if (weft__shared_trylock(word) == 0) {
                return 0;
            }
        } else if (result == -WEFT_ETIMEDOUT) {
            return WEFT_ETIMEDOUT;
        } else if (seen == SHARED_CONTENDED ||
                   // T2.  relaxed: the sleep itself compares the word
                   weft__cas_relaxed(word, SHARED_HELD, SHARED_CONTENDED)) {
            result = weft__futex_wait_until(word, SHARED_CONTENDED, deadline,
                                            FUTEX_SHARED);
        }
    }
}

void weft__shared_unlock_slow(uint32_t *word)
{
    // T4. [shared.release], and the word may be gone
    weft__futex_change_and_wake(word, FUTEX_SET, SHARED_FREE, FUTEX_SHARED);
}
