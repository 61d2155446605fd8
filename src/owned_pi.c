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
// our own would have no room beside a tid for what mutex.c keeps in it.
//
// The kernel orders T2 after the T4 or T5 that made it possible, as acquire and
// release do.
#include "futex_pi.h"
#include "refusal.h"
#include "robust.h"
#include "syscall.h"

int weft__pi_probe(void)
{
    uint32_t word = 0;
    // Refused, since nobody has it; or there is no such thing.
    return weft__futex_unlock_pi(&word, 0) == -WEFT_EPERM ? 0 : WEFT_ENOTSUP;
}

static NOINLINE int not_consistent(weft_owned_mutex *m)
{
    if (weft__owned_state(m) == INCONSISTENT) {
        return WEFT_EOWNERDEAD;
    }
    weft__pi_unlock(m);
    return WEFT_ENOTRECOVERABLE;
}

// The word is the caller's. 0, or why that is no ordinary lock.
static int locked(weft_owned_mutex *m)
{
    const uint32_t type = m->type;
    if (type & OWNED_ROBUST) {
        weft__robust_add(m);
    }
    weft__robust_done();
    weft__store64_relaxed(&m->owner, weft__pi_identity(type)); // owned.c T1.
    return weft__owned_state(m) == CONSISTENT ? 0 : not_consistent(m);
}

// T2.
static long wait(weft_owned_mutex *m, struct weft__deadline deadline)
{
    uint32_t *word = &m->lock.word;
    const unsigned flags = weft__owned_futex_flags(m);
    if (deadline.clock == WEFT__NO_CLOCK) {
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
        result = weft__futex_lock_pi(word, deadline, flags);
    } while (result == -WEFT_EAGAIN || result == -WEFT_EINTR);
    return result == -WEFT_ESRCH ? -WEFT_EDEADLK : result;
}

// The word is not 0.
static NOINLINE int lock_slow(weft_owned_mutex *m,
                              struct weft__deadline deadline)
{
    const int mine = weft__owned_is_mine(m);
    long result = mine ? -1 : wait(m, deadline);
    if (result < 0) {
        weft__robust_done();
        return mine ? weft__owned_again(m, deadline) : weft__refusal(result);
    }
    m->again = 0; // its owner may have ended
    // relaxed: the lock itself was an acquire
    if ((m->type & OWNED_ROBUST) &&
        (weft__load_relaxed(&m->lock.word) & FUTEX_OWNER_DIED)) {
        weft__robust_died(m);
    }
    return locked(m);
}

// The thread's first one, or its first robust one.
static NOINLINE int lock_first(weft_owned_mutex *m,
                               struct weft__deadline deadline)
{
    weft__pi_arrive();
    if (m->type & OWNED_ROBUST) {
        // It may fail. A kernel that has no such lists: what dies is then the whole process,
        // with all that has the mutex, since a shared one was refused at init.
        weft__robust_register();
    }
    return weft__pi_lock(m, deadline);
}

int weft__pi_lock(weft_owned_mutex *m, struct weft__deadline deadline)
{
    const uint32_t robust = m->type & OWNED_ROBUST;
    if (!weft__pi_is_here() || (robust && weft__held.list.first == NULL)) {
        return lock_first(m, deadline);
    }
    if (robust) {
        weft__robust_begin(m);
    }
    // T1.  acquire: pairs with [owned.release]
    return weft__cas_acquire(&m->lock.word, 0, weft__pi_tid())
               ? locked(m)
               : lock_slow(m, deadline);
}

// T4, unless it is the caller's by its handle alone.
static NOINLINE int hand_over(uint32_t *word, unsigned flags)
{
    // relaxed: it is the owner's
    if ((weft__load_relaxed(word) & FUTEX_TID_MASK) == weft__pi_tid()) {
        weft__futex_unlock_pi(word, flags);
    } else {
        // The child of a fork, which owns it by its handle. Nobody waits here, and
        // it is in the list of a thread of another process.
        weft__store_release(word, 0);
    }
    weft__robust_done();
    return 0;
}

static int unlock_word(weft_owned_mutex *m)
{
    const unsigned flags = weft__owned_futex_flags(m);
    uint32_t *word = &m->lock.word;
    // The word is not looked at before: right behind the cas of the lock that
    // would take longer than all the rest.
    // T3.  [owned.release], with T4
    if (!weft__cas_release(word, weft__pi_tid(), 0)) {
        return hand_over(word, flags);
    }
    weft__robust_done();
    return 0;
}

// m is not the first in the list, or not in it: in the child of a fork.
static NOINLINE int unlock_older(weft_owned_mutex *m)
{
    // relaxed: it is the owner's
    if ((weft__load_relaxed(&m->lock.word) & FUTEX_TID_MASK) ==
        weft__pi_tid()) {
        weft__robust_begin(m);
        weft__robust_remove(m);
    }
    return unlock_word(m);
}

int weft__pi_unlock_uncounted(weft_owned_mutex *m)
{
    weft__store64_relaxed(&m->owner, 0); // owned.c T2.
    if (m->type & OWNED_ROBUST) {
        if (weft__held.list.first != weft__robust_entry(m)) {
            return unlock_older(m);
        }
        weft__robust_begin(m);
        weft__held.list.first = m->held_next;
        weft__signal_fence();
    }
    return unlock_word(m);
}

int weft__pi_unlock(weft_owned_mutex *m)
{
    const uint32_t counted = OWNED_ROBUST | OWNED_SHARED;
    return (m->type & counted) == counted ? weft__robust_unlock_counted(m)
                                          : weft__pi_unlock_uncounted(m);
}
