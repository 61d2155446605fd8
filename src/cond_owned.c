// SPDX-License-Identifier: MIT
// cond_owned.c - condition variables with mutexes that know their owner.
// Read before: cond.c, owned.c.
//
// A recursive mutex is given up as a whole, however often its owner has locked it,
// and is held as often again afterwards.
//
// A private mutex without flags is a plain one and an owner. The wait works on the
// plain one, so that a signal can move waiters to it, and the owner is put back
// when the wait is over: on return, or as the first of the cleanup handlers.
#include <weft/cancel.h>
#include "cond.h"
#include "owned.h"

struct wait {
    weft_owned_mutex *m;
    uint32_t again; // the owner's, before the wait
};

static int lock_owned(void *wait)
{
    return weft_owned_mutex_lock(((struct wait *)wait)->m);
}

static int lock_plain(void *wait)
{
    weft_mutex_lock(&((struct wait *)wait)->m->lock);
    return 0;
}

static void unlock_owned(void *wait)
{
    weft_owned_mutex *m = ((struct wait *)wait)->m;
    m->again = 0;
    weft_owned_mutex_unlock(m);
}

// The mutex is held: by whom, and how often.
static void put_back(void *wait)
{
    weft_owned_mutex *m = ((struct wait *)wait)->m;
    if (m->type <= WEFT__OWNED_KIND) {
        weft__store64_relaxed(&m->owner, weft_self()); // owned.c T1.
    }
    if (weft__owned_is_mine(m)) { // else it is not recoverable
        m->again = ((struct wait *)wait)->again;
    }
}

int weft__cond_wait_owned(weft_cond *c, weft_owned_mutex *m,
                          struct weft__deadline deadline)
{
    if (!weft__owned_is_mine(m)) {
        return WEFT_EPERM;
    }
    const int plain = m->type <= WEFT__OWNED_KIND;
    struct wait wait = {m, m->again};
    const struct weft__cond_mutex owned = {
        &wait, plain ? lock_plain : lock_owned, unlock_owned,
        plain ? &m->lock : NULL};
    struct weft_cleanup cleanup;
    weft_cleanup_link(&cleanup, put_back, &wait);
    int error = weft__cond_wait(c, &owned, deadline);
    weft_cleanup_unlink(&cleanup);
    put_back(&wait);
    return error;
}

int weft_cond_wait_owned_until(weft_cond *c, weft_owned_mutex *m,
                               int64_t deadline_ns)
{
    return weft__cond_wait_owned(c, m, weft__monotonic(deadline_ns));
}

int weft_cond_wait_owned(weft_cond *c, weft_owned_mutex *m)
{
    return weft__cond_wait_owned(c, m, WEFT__NEVER);
}

int weft_cond_wait_owned_for(weft_cond *c, weft_owned_mutex *m,
                             int64_t timeout_ns)
{
    return weft__cond_wait_owned(c, m, weft__deadline_in(timeout_ns));
}
