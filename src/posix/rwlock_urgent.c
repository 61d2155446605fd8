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
#include <sched.h>
#include "futex.h"
#include "posix.h"
#include "posix_rwlock.h"

// of the core's state
#define WAITS   0x40000000ull
#define WAITING 0x1fffffff00000000ull

// The priority of the calling thread; 0 unless it has a realtime policy.
static int own_priority(const struct weft__posix_rwlock *o)
{
    struct sched_param param;
    return weft__posix_realtime() && !weft__posix_rwlock_shared(o) &&
                   sched_getparam(0, &param) == 0
               ? param.sched_priority
               : 0;
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
        weft__lock_acquire(&o->guard);
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
        weft__lock_acquire(&o->guard);
        struct weft__posix_urgent **link = &o->urgent;
        while (*link != u) {
            link = &(*link)->next;
        }
        __atomic_store_n(link, u->next, __ATOMIC_RELAXED);
        weft__lock_release(&o->guard);
    }
}

// rwlock.c W3, by a writer that unlocks while readers wait, too. They sleep on: for
// them nothing has changed but which writer it is.
int weft__posix_rwlock_to_writer(struct weft__posix_rwlock *o)
{
    weft__lock_acquire(&o->guard);
    const int writers = highest(o, 1);
    const int readers = highest(o, 0);
    weft__lock_release(&o->guard);
    uint64_t seen = weft__load64_relaxed(&o->lock.state); // the cas expects it
    while (writers > 0 && writers >= readers && (seen & WAITS) &&
           (seen & WAITING)) {
        // [rwlock.release]
        if (weft__cas64_release(&o->lock.state, &seen, seen & ~WAITS)) {
            weft__futex_wake((uint32_t *)(void *)&o->lock.state, 1, 0);
            return 1;
        }
    }
    return 0;
}

// Whether the calling thread goes before all writers that wait.
int weft__posix_rwlock_passes(struct weft__posix_rwlock *o)
{
    const int own = own_priority(o);
    if (own == 0) {
        return 0;
    }
    weft__lock_acquire(&o->guard);
    const int writers = highest(o, 1);
    weft__lock_release(&o->guard);
    return own > writers;
}
