// SPDX-License-Identifier: MIT
// lock.h - the lock around the runtime's own lists. See lock.c.
#ifndef LOCK_H
#define LOCK_H

#include <stdint.h>

struct weft__lock {
    uint32_t word; // all-zero: free
};

void weft__lock_acquire(struct weft__lock *lock);
void weft__lock_release(struct weft__lock *lock);

#endif
