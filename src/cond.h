// SPDX-License-Identifier: MIT
// cond.h - the parts of a condition variable's wait: cond.c, cond_shared.c,
// cond_owned.c.
#ifndef COND_H
#define COND_H

#include <weft/cond.h>
#include "deadline.h"

// The mutex of a wait, of whichever kind; the caller holds it.
struct weft__cond_mutex {
    void *mutex;
    int (*lock)(void *mutex); // 0 or the mutex's error
    void (*unlock)(void *mutex);
    weft_mutex *plain; // the mutex, if it is a plain one, else NULL
};

// A wait, private or shared: 0, WEFT_ETIMEDOUT or an error of the mutex.
int weft__cond_wait(weft_cond *c, const struct weft__cond_mutex *m,
                    struct weft__deadline deadline);

// weft_cond_wait_until and weft_cond_wait_owned_until, by either clock.
int weft__cond_wait_plain(weft_cond *c, weft_mutex *m,
                          struct weft__deadline deadline);
int weft__cond_wait_owned(weft_cond *c, weft_owned_mutex *m,
                          struct weft__deadline deadline);

// Whether anybody waits on c, which is private. If it is shared, 0.
int weft__cond_is_waited_on(weft_cond *c);

// cond_shared.c: c is in memory shared between processes.
void weft__cond_shared_init(weft_cond *c);
int weft__cond_shared_wait(weft_cond *c, const struct weft__cond_mutex *m,
                           struct weft__deadline deadline);
void weft__cond_shared_wake(weft_cond *c);

#endif
