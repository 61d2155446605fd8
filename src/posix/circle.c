// SPDX-License-Identifier: MIT
// circle.c - threads that wait in a circle, for mutexes with the kernel's word.
// Read before: mutex.c, owned_pi.c.
//
// Of robust and inheriting mutexes the kernel knows who waits for whom, and refuses
// a wait that closes a circle: EDEADLK. But a circle may come to an end, when one of
// the waits in it has a deadline. With the libcs such a thread waits, and so does it
// here: it asks again now and then. It does the same where the owner has ended, which
// for ever is in vain.
#include "posix.h"
#include "posix_mutex.h"

enum { PAUSE_NS = 1000000 };

static int has_passed(struct weft__deadline deadline)
{
    struct timespec now;
    if (deadline.ns == WEFT_FOREVER) {
        return 0;
    }
    clock_gettime(deadline.clock == WEFT__REALTIME ? CLOCK_REALTIME
                                                   : CLOCK_MONOTONIC,
                  &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec >= deadline.ns;
}

int weft__posix_lock_owned(weft_owned_mutex *m, struct weft__deadline deadline)
{
    int error;
    while ((error = weft__owned_lock(m, deadline)) == EDEADLK &&
           !weft__owned_is_mine(m)) {
        uint32_t nobody_wakes = 0;
        if (has_passed(deadline)) {
            return ETIMEDOUT;
        }
        weft__futex_wait_until(&nobody_wakes, 0, weft__deadline_in(PAUSE_NS),
                               0);
    }
    return error;
}
