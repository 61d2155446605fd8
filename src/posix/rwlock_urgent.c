// SPDX-License-Identifier: MIT
// rwlock_urgent.c - threads with SCHED_FIFO or SCHED_RR go by their priorities.
// Read before: rwlock.c.
//
// POSIX calls that Thread Execution Scheduling. Between threads of one process,
// those that wait stand in a list, once a thread has been given such a policy by a
// function of this facade:
//
//   a reader passes a waiting writer            whose priority is below its own
//   a writer's unlock hands the lock to a       of a priority not below that of
//   waiting writer, instead of the readers      any waiting reader
//
// Others read as the kind of the lock says.
#include <sched.h>
#include "ghosts.h"
#include "posix.h"
#include "posix_rwlock.h"

// The priority of the calling thread; 0 unless it has a realtime policy.
static int own_priority(const struct weft__posix_rwlock *o)
{
    struct sched_param param;
    return weft__posix_realtime() && !weft__rwlock_is_shared(&o->lock) &&
                   sched_getparam(0, &param) == 0
               ? param.sched_priority
               : 0;
}

// Those of another process have their nodes on stacks that are gone.
static void drop_ghosts(void *object)
{
    struct weft__posix_rwlock *o = object;
    // relaxed: [ghosts.dropped] follows
    __atomic_store_n(&o->urgent, NULL, __ATOMIC_RELAXED);
    o->guard = (struct weft__lock){0};
}

static void lock_list(struct weft__posix_rwlock *o)
{
    weft__ghosts_none(&o->generation, drop_ghosts, o);
    weft__lock_acquire(&o->guard);
}

// The highest priority of those that wait to write, or to read; the caller has
// the guard.
static int highest(const struct weft__posix_rwlock *o, int writes)
{
    int found = 0;
    for (const struct weft__posix_urgent *u = o->urgent; u != NULL;
         u = u->next) {
        if (u->writes == writes && u->priority > found) {
            found = u->priority;
        }
    }
    return found;
}

void weft__posix_rwlock_begin(struct weft__posix_rwlock *o,
                              struct weft__posix_urgent *u, int writes)
{
    u->writes = writes;
    u->priority = own_priority(o);
    if (u->priority > 0) {
        lock_list(o);
        u->next = o->urgent;
        // relaxed: outside the guard it is only a hint; as below
        __atomic_store_n(&o->urgent, u, __ATOMIC_RELAXED);
        weft__lock_release(&o->guard);
    }
}

void weft__posix_rwlock_end(struct weft__posix_rwlock *o,
                            struct weft__posix_urgent *u)
{
    if (u->priority > 0) {
        lock_list(o);
        struct weft__posix_urgent **link = &o->urgent;
        while (*link != NULL && *link != u) {
            link = &(*link)->next;
        }
        if (*link != NULL) { // else it has forked in a signal handler
            __atomic_store_n(link, u->next, __ATOMIC_RELAXED);
        }
        weft__lock_release(&o->guard);
    }
}

int weft__posix_rwlock_unlock(struct weft__posix_rwlock *o)
{
    lock_list(o);
    const int writers = highest(o, 1);
    const int readers = highest(o, 0);
    weft__lock_release(&o->guard);
    return weft__rwlock_unlock(
        &o->lock, writers > 0 && writers >= readers ? TO_WRITER : TO_READERS);
}

enum weft__rwlock_manner
weft__posix_rwlock_manner(struct weft__posix_rwlock *o,
                          enum weft__rwlock_manner manner)
{
    const int own = own_priority(o);
    if (own == 0) {
        return manner;
    }
    lock_list(o);
    const int writers = highest(o, 1);
    weft__lock_release(&o->guard);
    return own > writers ? BESIDE_READERS : BEHIND_WRITERS;
}
