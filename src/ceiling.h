// SPDX-License-Identifier: MIT
// ceiling.h - a thread's own priority, while mutexes lend it a higher one. See
// ceiling.c.
#ifndef CEILING_H
#define CEILING_H

#include <weft/atomic.h>
#include "record.h"

// All weak: a program without such mutexes does not contain ceiling.c.
#define MAYBE __attribute__((weak))

// What the thread of that record, which is held (hold.h), keeps for them; NULL: it
// has not had one yet.  acquire: pairs with [ceiling]
struct weft__ceilings;
static inline struct weft__ceilings *
weft__ceilings(const struct weft__record *record)
{
    void *const *at = (void *const *)&record->value;
    return (struct weft__ceilings *)weft__load_pointer_acquire(at);
}

// The thread's own policy and priority: 0 or -errno.
MAYBE long weft__ceiling_set_sched(struct weft__ceilings *c, long tid,
                                   int policy, int priority);
MAYBE long weft__ceiling_get_sched(struct weft__ceilings *c, long tid,
                                   int *policy, int *priority);

// Around a fork, by who forks.
MAYBE void weft__ceiling_before_fork(void);
MAYBE void weft__ceiling_after_fork(void);

#undef MAYBE
#endif
