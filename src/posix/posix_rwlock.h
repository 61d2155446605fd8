// SPDX-License-Identifier: MIT
// posix_rwlock.h - what rwlock.c and rwlock_urgent.c share.
#ifndef POSIX_RWLOCK_H
#define POSIX_RWLOCK_H

#include <stddef.h>
#include <weft/atomic.h>
#include <weft/rwlock.h>
#include "lock.h"

#define READERS 0x3fffffffull // of the core's state

// A waiting thread with a realtime policy; on its stack.
struct weft__posix_urgent {
    struct weft__posix_urgent *next;
    int priority; // 0: it has none, and is not in the list
    int writes;
};

struct weft__posix_rwlock {
    weft_rwlock lock;
    uint64_t writer; // atomic: as .owner of weft_owned_mutex
    struct weft__posix_urgent
        *urgent; // atomic; changed and followed under guard
    struct weft__lock guard;
    uint32_t unused[3];
    int kind; // constant
};

static inline int weft__posix_rwlock_shared(const struct weft__posix_rwlock *o)
{
    // relaxed: the bit never changes (rwlock.c of the core)
    return weft__load64_relaxed(&o->lock.state) >> 63 != 0;
}

// Around a wait, to read or to write.
void weft__posix_rwlock_begin(struct weft__posix_rwlock *o,
                              struct weft__posix_urgent *u, int writes);
void weft__posix_rwlock_end(struct weft__posix_rwlock *o,
                            struct weft__posix_urgent *u);

// Whether the calling thread, a reader, goes before all writers that wait.
int weft__posix_rwlock_passes(struct weft__posix_rwlock *o);

// Whether there are any such threads.  relaxed: who is not seen has only just come
static inline int
weft__posix_rwlock_has_urgent(const struct weft__posix_rwlock *o)
{
    return __atomic_load_n(&o->urgent, __ATOMIC_RELAXED) != NULL;
}

// A writer's unlock, in favour of the waiting writer; 0: it is not to be preferred.
int weft__posix_rwlock_to_writer(struct weft__posix_rwlock *o);

#endif
