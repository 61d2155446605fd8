// SPDX-License-Identifier: MIT
// rwlock.h - a read-write lock's state, its waits by either clock, and what the
// facade for POSIX asks for. See rwlock.c.
#ifndef RWLOCK_H
#define RWLOCK_H

#include <weft/rwlock.h>
#include "deadline.h"

// The state; rwlock.c has its table.
#define READERS 0x3fffffffull
#define WAITS   0x40000000ull
#define WRITER  WEFT__RWLOCK_WRITER
#define WAITER  0x100000000ull // one waiting reader
#define WAITING 0x1fffffff00000000ull
#define CLOSED  WEFT__RWLOCK_CLOSED
#define PHASE   0x4000000000000000ull
#define SHARED  0x8000000000000000ull

static inline int weft__rwlock_is_shared(const weft_rwlock *l)
{
    // relaxed: the bit never changes
    return (weft__load64_relaxed(&l->state) & SHARED) != 0;
}

// What a reader does that meets a waiting writer.
enum weft__rwlock_manner {
    BEHIND_WRITERS, // waits: no writer starves
    BESIDE_READERS, // goes in, if others read: no reader waits for a reader
};

// As weft_rwlock_tryrdlock, weft_rwlock_rdlock_until and weft_rwlock_wrlock_until.
int weft__rwlock_tryrdlock(weft_rwlock *l, enum weft__rwlock_manner manner);
int weft__rwlock_rdlock(weft_rwlock *l, struct weft__deadline deadline,
                        enum weft__rwlock_manner manner);
int weft__rwlock_wrlock(weft_rwlock *l, struct weft__deadline deadline);

// As weft_rwlock_unlock. If both wait, a writer gives the lock to:
enum weft__rwlock_next { TO_READERS, TO_WRITER };
int weft__rwlock_unlock(weft_rwlock *l, enum weft__rwlock_next prefer);

// rwlock_shared.c: the same for a lock between processes.
int weft__rwlock_shared_tryrdlock(weft_rwlock *l,
                                  enum weft__rwlock_manner manner);
int weft__rwlock_shared_rdlock(weft_rwlock *l, struct weft__deadline deadline,
                               enum weft__rwlock_manner manner);
int weft__rwlock_shared_trywrlock(weft_rwlock *l);
int weft__rwlock_shared_wrlock(weft_rwlock *l, struct weft__deadline deadline);
int weft__rwlock_shared_unlock(weft_rwlock *l);

#endif
