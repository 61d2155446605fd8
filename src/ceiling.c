// SPDX-License-Identifier: MIT
// ceiling.c - mutexes whose owner runs at a priority of theirs: PRIO_PROTECT.
// Read before: owned.c, hold.c.
//
// With a ceiling at least as high as the priority of every thread that locks the
// mutex, none of them can be kept from it by one of less priority: its owner runs
// as if it were the most urgent of them. A thread that holds several runs at the
// highest of their ceilings, in whichever order it unlocks them. It raises itself
// before it locks, so that it is never the owner at less than the ceiling.
//
// What the thread was told to run at is its own all the while. It is what others
// see and set (sched.c), and what counts once the last mutex is unlocked:
//
//   holds     own policy, priority    the kernel's
//   nothing   the kernel's            what was set last
//   mutexes   in .policy, .priority   the higher one of .priority and the ceilings
//
// Others find all this by the thread's record, from its first such mutex on. Who
// comes before that sets what the kernel keeps, and then looks once more.
#include <stddef.h>
#include "ceiling.h"
#include "lock.h"
#include "owned.h"
#include "refusal.h"
#include "syscall.h"

struct weft__ceilings {
    struct weft__lock
        lock; // for the thread, and those that ask for its priority
    // Guarded by lock:
    int wanted;              // of the mutex that is about to be locked, or 0
    weft_owned_mutex *first; // of those held, linked by .below
    int policy, priority;    // its own, while it holds or wants one
    int now;                 // what it runs at with them; 0: not known
};

static _Thread_local struct weft__ceilings mine;

static int is_real_time(int policy)
{
    policy &= ~SCHED_RESET_ON_FORK;
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

#define NOINLINE __attribute__((noinline)) // one copy is smaller than many

// What the thread has to run at for all that it holds and wants.
static int needed(const struct weft__ceilings *c)
{
    int priority = c->wanted > c->priority ? c->wanted : c->priority;
    for (const weft_owned_mutex *m = c->first; m != NULL; m = m->below) {
        if (weft__owned_ceiling(m) > priority) {
            priority = weft__owned_ceiling(m);
        }
    }
    return priority;
}

// Lets the thread run at what it needs. 0, or -errno: nothing has changed.
static NOINLINE long run_as_needed(struct weft__ceilings *c, long tid)
{
    const int priority = needed(c);
    if (priority == c->now && priority != 0) {
        return 0;
    }
    int policy = c->policy;
    if (priority != c->priority && !is_real_time(policy)) {
        policy = SCHED_FIFO | (policy & SCHED_RESET_ON_FORK);
    }
    long result = sys_sched_setscheduler(tid, policy, &priority);
    if (result >= 0) {
        c->now = priority;
    }
    return result;
}

// ---- the thread itself ----

// Lets others find it, from its first mutex on.
static void show(void)
{
    void **at = &weft__thread_self()->record->value;
    if (weft__load_pointer_relaxed(at) == NULL) { // nobody else stores there
        // [ceiling] All in there is zero yet.
        weft__store_pointer_release(at, &mine);
        // Either the look at the kernel's below finds what another has set there,
        // or that one finds the pointer: pairs with the fence in weft_set_sched.
        weft__fence_seq_cst();
    }
}

static NOINLINE struct weft__ceilings *lock_mine(void)
{
    weft__lock_acquire(&mine.lock);
    return &mine;
}

static int raise_to(struct weft__ceilings *c, int ceiling)
{
    if (c->first == NULL) {
        sys_sched_get(0, &c->policy, &c->priority); // of oneself: never refused
        c->now = c->priority;
    }
    if (c->priority > ceiling) {
        return WEFT_EINVAL;
    }
    c->wanted = ceiling;
    long result = run_as_needed(c, 0);
    if (result < 0) {
        c->wanted = 0;
    }
    return weft__refusal(result);
}

int weft__ceiling_raise(const weft_owned_mutex *m)
{
    show();
    struct weft__ceilings *c = lock_mine();
    int error = raise_to(c, weft__owned_ceiling(m));
    weft__lock_release(&c->lock);
    return error;
}

void weft__ceiling_locked(weft_owned_mutex *m)
{
    struct weft__ceilings *c = lock_mine();
    m->below = c->first;
    c->first = m;
    c->wanted = 0;
    run_as_needed(c, 0); // the ceiling may be another by now
    weft__lock_release(&c->lock);
}

void weft__ceiling_unlocking(weft_owned_mutex *m)
{
    struct weft__ceilings *c = lock_mine();
    weft_owned_mutex **link = &c->first;
    while (*link != m) {
        link = &(*link)->below;
    }
    *link = m->below;
    c->wanted = weft__owned_ceiling(m); // until it is unlocked
    weft__lock_release(&c->lock);
}

void weft__ceiling_lower(void)
{
    struct weft__ceilings *c = lock_mine();
    c->wanted = 0;
    run_as_needed(c, 0); // less is never refused
    weft__lock_release(&c->lock);
}

// Over a fork, so that the child does not find it held by a thread that is gone.
void weft__ceiling_before_fork(void)
{
    lock_mine();
}

void weft__ceiling_after_fork(void)
{
    weft__lock_release(&mine.lock);
}

// ---- others ----

static int is_raised(const struct weft__ceilings *c)
{
    return c->first != NULL || c->wanted != 0;
}

// The kernel looks at what the thread runs at, and so not always at its own.
static int is_valid(int policy, int priority)
{
    if (is_real_time(policy)) {
        return priority >= 1 && priority <= 99;
    }
    policy &= ~SCHED_RESET_ON_FORK;
    return (policy == SCHED_NORMAL || policy == SCHED_BATCH ||
            policy == SCHED_IDLE) &&
           priority == 0;
}

static long set_raised(struct weft__ceilings *c, long tid, int policy,
                       int priority)
{
    if (!is_valid(policy, priority)) {
        return -WEFT_EINVAL;
    }
    const int policy_before = c->policy, before = c->priority, now = c->now;
    c->policy = policy;
    c->priority = priority;
    c->now = 0; // the policy may be another
    long result = run_as_needed(c, tid);
    if (result < 0) {
        c->policy = policy_before;
        c->priority = before;
        c->now = now;
    }
    return result;
}

long weft__ceiling_set_sched(struct weft__ceilings *c, long tid, int policy,
                             int priority)
{
    weft__lock_acquire(&c->lock);
    long result = is_raised(c) ? set_raised(c, tid, policy, priority)
                               : sys_sched_setscheduler(tid, policy, &priority);
    weft__lock_release(&c->lock);
    return result;
}

long weft__ceiling_get_sched(struct weft__ceilings *c, long tid, int *policy,
                             int *priority)
{
    long result = 0;
    weft__lock_acquire(&c->lock);
    if (is_raised(c)) {
        *policy = c->policy;
        *priority = c->priority;
    } else {
        result = sys_sched_get(tid, policy, priority);
    }
    weft__lock_release(&c->lock);
    return result;
}
