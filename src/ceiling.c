// SPDX-License-Identifier: MIT
// ceiling.c - mutexes whose owner runs at a priority of theirs: PRIO_PROTECT.
// Read before: owned.c.
//
// With a ceiling at least as high as the priority of every thread that locks the
// mutex, none of them can be kept from it by one of less priority: its owner runs
// as if it were the most urgent of them. A thread that holds several runs at the
// highest of their ceilings, in whichever order it unlocks them. It raises itself
// before it locks, so that it is never the owner at less than the ceiling.
//
// All here is the thread's own data, but .below of the mutexes that it holds.
#include <stddef.h>
#include "owned.h"
#include "refusal.h"
#include "syscall.h"

static _Thread_local struct {
    weft_owned_mutex *first; // of the mutexes held, linked by .below
    // Of the thread, while it holds none; read when it locks the first:
    int policy, priority;
    int now; // its priority with those that it holds
} mine;

static int is_real_time(int policy)
{
    policy &= ~SCHED_RESET_ON_FORK;
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static int set(int priority)
{
    if (priority == mine.now) {
        return 0;
    }
    int policy = mine.policy;
    if (priority != mine.priority && !is_real_time(policy)) {
        policy = SCHED_FIFO | (policy & SCHED_RESET_ON_FORK);
    }
    long result = sys_sched_setscheduler(0, policy, &priority);
    if (result < 0) {
        return weft__refusal(result);
    }
    mine.now = priority;
    return 0;
}

// What the thread has to run at for all that it holds.
static int needed(void)
{
    int priority = mine.priority;
    for (const weft_owned_mutex *m = mine.first; m != NULL; m = m->below) {
        if (weft__owned_ceiling(m) > priority) {
            priority = weft__owned_ceiling(m);
        }
    }
    return priority;
}

int weft__ceiling_raise(const weft_owned_mutex *m)
{
    if (mine.first == NULL) {
        mine.policy = (int)arch_syscall3(SYS_sched_getscheduler, 0, 0, 0);
        arch_syscall3(SYS_sched_getparam, 0, (long)&mine.priority, 0);
        mine.now = mine.priority;
    }
    int ceiling = weft__owned_ceiling(m);
    if (mine.priority > ceiling) {
        return WEFT_EINVAL;
    }
    return ceiling > mine.now ? set(ceiling) : 0;
}

void weft__ceiling_locked(weft_owned_mutex *m)
{
    m->below = mine.first;
    mine.first = m;
    set(needed()); // the ceiling may be another by now
}

void weft__ceiling_unlocking(weft_owned_mutex *m)
{
    weft_owned_mutex **link = &mine.first;
    while (*link != m) {
        link = &(*link)->below;
    }
    *link = m->below;
}

void weft__ceiling_lower(void)
{
    set(needed()); // less is never refused
}
