// SPDX-License-Identifier: MIT
// posix_rwlock.h - what rwlock.c and rwlock_urgent.c share.
#ifndef POSIX_RWLOCK_H
#define POSIX_RWLOCK_H

#include <stddef.h>
#include <weft/atomic.h>
#include "lock.h"
#include "rwlock.h"

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
    uint32_t generation; // of those in the list: ghosts.h
    uint32_t unused[2];
    int kind; // constant
};

// Around a wait, to read or to write.
void weft__posix_rwlock_begin(struct weft__posix_rwlock *o,
                              struct weft__posix_urgent *u, int writes);
void weft__posix_rwlock_end(struct weft__posix_rwlock *o,
                            struct weft__posix_urgent *u);

// What the calling thread does that wants to read, if a writer waits. manner: what
// it does unless it has a realtime policy.
enum weft__rwlock_manner
weft__posix_rwlock_manner(struct weft__posix_rwlock *o,
                          enum weft__rwlock_manner manner);

// Whether there are any such threads.  relaxed: who is not seen has only just come
static inline int
weft__posix_rwlock_has_urgent(const struct weft__posix_rwlock *o)
{
    return __atomic_load_n(&o->urgent, __ATOMIC_RELAXED) != NULL;
}

// A writer's unlock, when there are.
int weft__posix_rwlock_unlock(struct weft__posix_rwlock *o);

#endif
