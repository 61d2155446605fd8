// SPDX-License-Identifier: MIT
// cond_owned.c - condition variables with mutexes that know their owner.
// Read before: cond.c, owned.h.
#include <weft/error.h>
#include "clock.h"
#include "cond.h"
#include "owned.h"

static int lock_owned(void *mutex)
{
    return weft_owned_mutex_lock((weft_owned_mutex *)mutex);
}

static void unlock_owned(void *mutex)
{
    weft_owned_mutex_unlock((weft_owned_mutex *)mutex);
}

int weft_cond_wait_owned_until(weft_cond *c, weft_owned_mutex *m,
                               int64_t deadline_ns)
{
    if (!weft__owned_is_mine(m)) {
        return WEFT_EPERM;
    }
    const struct weft__cond_mutex owned = {m, lock_owned, unlock_owned, NULL};
    return weft__cond_wait(c, &owned, deadline_ns);
}

int weft_cond_wait_owned(weft_cond *c, weft_owned_mutex *m)
{
    return weft_cond_wait_owned_until(c, m, WEFT_FOREVER);
}

int weft_cond_wait_owned_for(weft_cond *c, weft_owned_mutex *m,
                             int64_t timeout_ns)
{
    return weft_cond_wait_owned_until(c, m, weft__deadline(timeout_ns));
}
