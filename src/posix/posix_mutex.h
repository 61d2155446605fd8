// SPDX-License-Identifier: MIT
// posix_mutex.h - what others need of mutex.c.
#ifndef POSIX_MUTEX_H
#define POSIX_MUTEX_H

#include <weft/cond.h>
#include <weft/owned.h>

// kind: PTHREAD_MUTEX_*; flags: the core's.
int weft__posix_mutex_init(weft_owned_mutex *m, int kind, uint32_t flags,
                           int ceiling);

int weft__posix_cond_wait(weft_cond *c, weft_owned_mutex *m,
                          struct weft__deadline deadline);

#endif
