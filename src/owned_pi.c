// SPDX-License-Identifier: MIT
// owned_pi.c - owned mutexes that the kernel knows: PRIO_INHERIT and ROBUST.
// Read before: owned.c, futex_pi.h.
//
// The word:   31 WAITERS | 30 OWNER_DIED | 29..0 the owner's tid
//
//   T1  0 -> tid                    who finds it free
//   T2  whatever -> tid             the kernel, for FUTEX_LOCK_PI and _TRYLOCK_PI;
//                                   OWNER_DIED stays until the next T3 or T4
//   T3  tid -> 0                    the owner, no other bit is set
//   T4  -> 0, or the next owner's   the kernel, for FUTEX_UNLOCK_PI
//       tid with WAITERS
//   T5  tid -> OWNER_DIED           the kernel, when a process has died that had m
//       with WAITERS, if it was on  in a robust list
//
// The kernel hands the lock to the most urgent waiter, the first of equals, so
// nobody is overtaken for ever. That is why ROBUST goes this way, too: a word of
// our own would have no room for a count of waiters beside a tid.
//
// The kernel orders T2 after the T4 or T5 that made it possible, as acquire and
// release do.
#include "futex_pi.h"
#include "owned.h"
#include "refusal.h"
#include "syscall.h"

int weft__pi_probe(void)
{
    uint32_t word = 0;
    // Refused, since nobody has it; or there is no such thing.
    return weft__futex_unlock_pi(&word, 0) == -WEFT_EPERM ? 0 : WEFT_ENOTSUP;
}

// T1, T2.
static long lock_word(uint32_t *word, int64_t deadline_ns, unsigned flags)
{
    // acquire: pairs with [owned.release]
    if (weft__cas_acquire(word, 0, weft__own_tid())) {
        return 0;
    }
    if (deadline_ns == TRY_ONLY) {
        // relaxed: nothing follows from it but another try
        if (weft__load_relaxed(word) & FUTEX_TID_MASK) {
            return -WEFT_EBUSY;
        }
        long result = weft__futex_trylock_pi(word, flags);
        return result == -WEFT_EAGAIN ? -WEFT_EBUSY : result;
    }
    long result;
    do {
        // EAGAIN: the owner is about to end; not an error of ours
        result = weft__futex_lock_pi(word, deadline_ns, flags);
    } while (result == -WEFT_EAGAIN || result == -WEFT_EINTR);
    return result == -WEFT_ESRCH ? -WEFT_EDEADLK : result;
}

int weft__pi_lock(weft_owned_mutex *m, int64_t deadline_ns)
{
    const uint32_t type = m->type;
    if (type & OWNED_ROBUST) {
        weft__robust_begin(m);
    }
    long result =
        lock_word(&m->lock.word, deadline_ns, weft__owned_futex_flags(m));
    int error = result < 0 ? weft__refusal(result) : 0;
    if (type & OWNED_ROBUST) {
        if (error == 0) {
            error = weft__robust_locked(m);
        }
        weft__robust_done(0);
    }
    if (error == WEFT_ENOTRECOVERABLE) {
        weft__pi_unlock(m);
    }
    return error;
}

void weft__pi_unlock(weft_owned_mutex *m)
{
    const uint32_t type = m->type;
    const uint32_t tid = weft__own_tid();
    const unsigned flags = weft__owned_futex_flags(m);
    uint32_t *word = &m->lock.word;
    // relaxed: it is the owner's
    if ((weft__load_relaxed(word) & FUTEX_TID_MASK) != tid) {
        // The child of a fork, which owns it by its handle. Nobody waits here, and
        // it is in the list of a thread of another process.
        weft__store_release(word, 0);
        return;
    }
    if (type & OWNED_ROBUST) {
        weft__robust_unlocking(m);
    }
    // T3, T4. [owned.release]
    if (!weft__cas_release(word, tid, 0)) {
        weft__futex_unlock_pi(word, flags);
    }
    if (type & OWNED_ROBUST) {
        weft__robust_done(type);
    }
}
