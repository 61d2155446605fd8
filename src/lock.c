// SPDX-License-Identifier: MIT
// lock.c - a lock that makes no system call while nobody waits.
// It guards the runtime's lists for a few instructions at a time; no user code
// runs under it but signal handlers, which may call nothing that takes it, and
// nobody holds it while a thread is created.
//
//   word        meaning                         left by
//   FREE        nobody holds it                 anybody: T1, T2
//   HELD        held                            contender: T2, holder: T3
//   CONTENDED   held, somebody may be asleep    holder: T3
//
// May be stale: CONTENDED with no sleeper (one useless wake).
// Never: a sleeper while the word is HELD or FREE and no thread is awake on its
// way to T2; that sleeper would be lost.
#include <weft/atomic.h>
#include "futex.h"
#include "lock.h"

enum { FREE, HELD, CONTENDED };

void weft__lock_acquire(struct weft__lock *lock)
{
    // T1.  acquire: pairs with [lock.release]
    if (weft__cas_acquire(&lock->word, FREE, HELD)) {
        return;
    }
    // T2.  acquire: pairs with [lock.release]
    while (weft__swap_acquire(&lock->word, CONTENDED) != FREE) {
        // Whatever it returns, look again.
        weft__futex_wait(&lock->word, CONTENDED, 0);
    }
}

void weft__lock_release(struct weft__lock *lock)
{
    // T3.  [lock.release] pairs with T1 and T2
    if (weft__swap_release(&lock->word, FREE) == CONTENDED) {
        weft__futex_wake(&lock->word, 1, 0); // one: it restores CONTENDED in T2
    }
}
