// SPDX-License-Identifier: MIT
// birth.c - attributes that a thread applies to itself before its start routine.
// Read before: thread.c.
//
// All of them must be in force before the first instruction of the start routine,
// and a refusal must be what weft_create returns, with no user code run. Only the
// child itself can do that in time. So the creator blocks all signals,
// the child is born with them blocked, applies what was asked, and answers:
//
//     creator                              child
//     blocks all signals
//     clone  ---------------------------->
//     sleeps until answered                applies; refused: answers, exits
//       <--------------------------------- answers
//     restores its signal mask             takes its first signal mask
//                                          start(arg)
//
// After its answer the child never touches the creator's birth again but for the
// futex wake: the creator may have returned by then, and a wake on what is no
// futex any more does no harm.
#include <weft/atomic.h>
#include <weft/error.h>
#include "birth.h"
#include "futex.h"
#include "life.h"
#include "signal.h"
#include "refusal.h"
#include "syscall.h"
#include "thread.h"

int weft__birth_needed(const weft_attr *attr)
{
    return attr->name != NULL || attr->affinity != NULL ||
           attr->sigmask != NULL || (attr->flags & WEFT_EXPLICIT_SCHED);
}

int weft__birth_prepare(struct weft__birth *birth, const weft_attr *attr)
{
    birth->attr = attr;
    birth->refusal = 0;
    birth->answered = 0;
    long result = weft__signals_block(&birth->creator_mask);
    return weft__refusal(result);
}

int weft__birth_wait(struct weft__birth *birth)
{
    // acquire: pairs with [birth.answer], so that refusal is the child's
    while (weft__load_acquire(&birth->answered) == 0) {
        weft__futex_wait(&birth->answered, 0, 0);
    }
    return birth->refusal;
}

void weft__birth_finish(const struct weft__birth *birth)
{
    weft__signals_restore(&birth->creator_mask);
}

static void answer(struct weft__birth *birth, int refusal)
{
    birth->refusal = refusal;
    weft__store_release(&birth->answered, 1); // [birth.answer]
    weft__futex_wake(&birth->answered, 1, 0);
}

static long apply(const weft_attr *attr)
{
    long result = 0;
    if (attr->flags & WEFT_EXPLICIT_SCHED) {
        int priority = attr->priority;
        result = sys_sched_setscheduler(0, attr->policy, &priority);
    }
    if (result >= 0 && attr->affinity != NULL) {
        result = sys_sched_setaffinity(0, attr->affinity_size, attr->affinity);
    }
    if (result >= 0 && attr->name != NULL) {
        result = sys_prctl(PR_SET_NAME, attr->name);
    }
    return result;
}

void weft__birth_apply(struct weft__thread *self)
{
    struct weft__birth *birth = self->birth;
    self->birth = NULL;
    uint64_t mask =
        birth->attr->sigmask ? *birth->attr->sigmask : birth->creator_mask;
    if (self->given.name == NULL) {
        mask = weft__signals_allowed(mask);
    } else if (self->unblock_cancel) { // the libc blocks signals of its own
        mask &= ~weft__signal_bit(weft__cancel_signal);
    }
    long result = apply(birth->attr);
    if (result < 0) {
        // Before the tid goes: somebody may hold a pin.
        birth->ended_detached = weft__life_end(self->record);
    }
    answer(birth, weft__refusal(result));
    if (result < 0) {
        weft__kernel_exit(self); // unseen: the creator frees everything
    }
    weft__signals_restore(&mask);
}
