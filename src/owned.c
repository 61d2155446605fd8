// SPDX-License-Identifier: MIT
// owned.c - mutexes that know their owner.
// Read before: weft/owned.h, mutex.c.  Read after: owned_pi.c, robust.c, ceiling.c.
//
// The lock is a mutex of mutex.c, or with WEFT_SHARED one of lock_shared.c; with
// WEFT_ROBUST or WEFT_PRIO_INHERIT it is the kernel's word (owned_pi.c). This file
// adds who holds it.
//
//   owner         meaning                          left by
//   0             nobody, or not known yet         who holds the lock: T1
//   a thread      it holds the lock                the thread: T2, before the unlock
//
// It may be stale for all threads but one: nobody else stores a thread's identity,
// so the thread finds itself there if and only if it is the owner. That is all that
// is ever asked, and it needs no order.
//
// The identity is the thread's handle, which never comes again, so that a mutex
// whose owner has ended without unlocking it does not fall to a newcomer. The child
// of a fork goes on with the handle, and so owns what its parent's thread owned, in
// its copy of the memory. In shared memory it must not: there the identity is the
// tid, below the generation of the handle.
#include <weft/owned.h>
#include "lock_shared.h"
#include "mutex.h"
#include "robust.h"

uint64_t weft__owned_identity(uint32_t type)
{
    weft_thread self = weft_self();
    return type & OWNED_SHARED ? (self >> 32 << 32) | weft__own_tid() : self;
}

int weft__owned_is_mine(const weft_owned_mutex *m)
{
    // relaxed: see above
    return weft__load64_relaxed(&m->owner) == weft__owned_identity(m->type);
}

int weft_owned_mutex_init(weft_owned_mutex *m, int kind, uint32_t flags)
{
    const uint32_t all =
        WEFT_SHARED | WEFT_ROBUST | WEFT_PRIO_INHERIT | WEFT_PRIO_PROTECT;
    const uint32_t priorities = WEFT_PRIO_INHERIT | WEFT_PRIO_PROTECT;
    const int known = kind == WEFT_ERRORCHECK || kind == WEFT_RECURSIVE ||
                      kind == WEFT_NORMAL;
    if (!known || (flags & ~all) || (flags & priorities) == priorities) {
        return WEFT_EINVAL;
    }
    if ((flags & (WEFT_ROBUST | WEFT_PRIO_INHERIT)) && weft__pi_probe() != 0) {
        return WEFT_ENOTSUP;
    }
    if ((flags & WEFT_ROBUST) && (flags & WEFT_SHARED) &&
        weft__robust_register() < 0) {
        return WEFT_ENOTSUP;
    }
    weft__zero(m, sizeof *m);
    m->type = (uint32_t)kind | OWNED_FLAG(flags);
    weft__owned_set_condition(m, CONSISTENT, (flags & WEFT_PRIO_PROTECT) != 0);
    return 0;
}

int weft__owned_again(weft_owned_mutex *m, struct weft__deadline deadline)
{
    if ((m->type & WEFT__OWNED_KIND) == WEFT_RECURSIVE) {
        if (m->again == UINT32_MAX) {
            return WEFT_EAGAIN;
        }
        m->again++;
        return 0;
    }
    if (deadline.clock == WEFT__NO_CLOCK) {
        return WEFT_EBUSY;
    }
    if ((m->type & WEFT__OWNED_KIND) != WEFT_NORMAL) {
        return WEFT_EDEADLK;
    }
    uint32_t nobody_wakes = 0;
    while (weft__futex_wait_until(&nobody_wakes, 0, deadline, 0) !=
           -WEFT_ETIMEDOUT) {
    }
    return WEFT_ETIMEDOUT;
}

static int lock_word(weft_owned_mutex *m, struct weft__deadline deadline)
{
    const int try_only = deadline.clock == WEFT__NO_CLOCK;
    if (m->type & OWNED_SHARED) {
        return try_only ? weft__shared_trylock(&m->lock.word)
                        : weft__shared_lock(&m->lock.word, deadline);
    }
    return try_only ? weft_mutex_trylock(&m->lock)
                    : weft__mutex_lock_in(&m->lock, deadline, 0);
}

// All but the ceiling.
static int take(weft_owned_mutex *m, struct weft__deadline deadline)
{
    if (m->type & OWNED_KERNEL) {
        return weft__pi_lock(m, deadline);
    }
    int error = lock_word(m, deadline);
    if (error == 0) {
        weft__store64_relaxed(&m->owner, weft__owned_identity(m->type)); // T1.
        m->again = 0;
    }
    return error;
}

static NOINLINE int lock_any(weft_owned_mutex *m,
                             struct weft__deadline deadline)
{
    if (weft__owned_is_mine(m)) {
        return weft__owned_again(m, deadline);
    }
    if (!(m->type & OWNED_CEILING)) {
        return take(m, deadline);
    }
    int error = weft__ceiling_raise(m);
    if (error) {
        return error;
    }
    error = take(m, deadline);
    if (error == 0 || error == WEFT_EOWNERDEAD) {
        weft__ceiling_locked(m);
    } else {
        weft__ceiling_lower();
    }
    return error;
}

int weft__owned_lock(weft_owned_mutex *m, struct weft__deadline deadline)
{
    // The kernel's without a ceiling: owned_pi.c sees for itself whether the
    // caller holds it already.
    return (m->type & (OWNED_KERNEL | OWNED_CEILING)) - 1 < OWNED_CEILING - 1
               ? weft__pi_lock(m, deadline)
               : lock_any(m, deadline);
}

int weft_owned_mutex_lock_until(weft_owned_mutex *m, int64_t deadline_ns)
{
    return weft__owned_lock(m, weft__monotonic(deadline_ns));
}

int weft_owned_mutex_lock_for(weft_owned_mutex *m, int64_t timeout_ns)
{
    return weft__owned_lock(m, weft__deadline_in(timeout_ns));
}

int weft__owned_trylock_slow(weft_owned_mutex *m)
{
    return weft__owned_lock(m, WEFT__TRY_ONLY);
}

// The other way round of take.
static void give_up(weft_owned_mutex *m)
{
    if (m->type & OWNED_KERNEL) {
        weft__pi_unlock(m);
        return;
    }
    weft__store64_relaxed(&m->owner, 0); // T2.
    if (m->type & OWNED_SHARED) {
        weft__shared_unlock(&m->lock.word);
    } else {
        weft_mutex_unlock(&m->lock);
    }
}

void weft__owned_release(weft_owned_mutex *m)
{
    const uint32_t type = m->type; // m may be gone after the unlock
    if (type & OWNED_CEILING) {
        weft__ceiling_unlocking(m);
    }
    give_up(m);
    if (type & OWNED_CEILING) {
        weft__ceiling_lower();
    }
}

static NOINLINE int unlock(weft_owned_mutex *m)
{
    if (!weft__owned_is_mine(m)) {
        return WEFT_EPERM;
    }
    if (m->again > 0) {
        m->again--;
        return 0;
    }
    if (weft__owned_state(m) == INCONSISTENT) {
        weft__owned_set_state(m, NOT_RECOVERABLE); // robust.c R3
    }
    if (m->type & OWNED_KERNEL) {
        weft__pi_arrive(); // the child of a fork may be here first
    }
    weft__owned_release(m);
    return 0;
}

int weft__owned_unlock_slow(weft_owned_mutex *m)
{
    return weft__pi_is_simple(m) ? weft__pi_unlock(m) : unlock(m);
}

int weft_owned_mutex_consistent(weft_owned_mutex *m)
{
    if (!weft__owned_is_mine(m)) {
        return WEFT_EPERM;
    }
    if (weft__owned_state(m) != INCONSISTENT) {
        return WEFT_EINVAL;
    }
    weft__owned_set_state(m, CONSISTENT); // robust.c R2
    return 0;
}

int weft_owned_mutex_set_ceiling(weft_owned_mutex *m, int ceiling)
{
    if (!(m->type & OWNED_CEILING) || ceiling < 1 || ceiling > 99) {
        return WEFT_EINVAL;
    }
    if (weft__owned_is_mine(m)) {
        return WEFT_EDEADLK;
    }
    int error = take(m, WEFT__NEVER);
    if (error == 0 || error == WEFT_EOWNERDEAD) { // that is for the next owner
        error = 0;
        weft__owned_set_condition(m, weft__owned_state(m), ceiling);
        give_up(m);
    }
    return error;
}

int weft_owned_mutex_destroy(weft_owned_mutex *m)
{
    // relaxed: a holder is found if there is one for certain
    if (weft__load64_relaxed(&m->owner) != 0) {
        return WEFT_EBUSY;
    }
    if ((m->type & OWNED_SHARED) && (m->type & OWNED_ROBUST)) {
        weft__robust_wait_for_unlockers();
    }
    return 0;
}
