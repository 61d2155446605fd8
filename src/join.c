// SPDX-License-Identifier: MIT
// join.c - wait for a thread's end and free it, or leave that to itself.
// Read before: thread.c, life.c.
//
// A joiner waits for the kernel's word, not the thread's: exit_word turns 0 when
// the kernel has left the thread's stack for good, and only then may the memory
// be used again. The kernel wakes one shared waiter (futex.h); there is only one,
// since one joiner at a time holds the claim (as does a creator that waits for a
// child which was refused its attributes).
#include <weft/atomic.h>
#include <weft/error.h>
#include "cancel.h"
#include "futex.h"
#include "hold.h"
#include "join.h"
#include "life.h"
#include "request.h"
#include "thread.h"

// acquire: pairs with the kernel's store at the thread's very end, so that all
// the thread did is seen, its value among it. [exit]
static uint32_t exit_word(struct weft__record *record)
{
    return weft__load_acquire(&record->exit_word);
}

void weft__wait_for_exit(struct weft__record *record)
{
    uint32_t tid;
    while ((tid = exit_word(record)) != 0) {
        weft__futex_wait(&record->exit_word, tid, FUTEX_SHARED);
    }
}

// The same with a deadline and as a cancellation point: 0, WEFT_ETIMEDOUT, or
// WEFT__CANCELED_CALL when the caller has to clean up and end.
static long wait_until(struct weft__record *record,
                       struct weft__deadline deadline)
{
    uint32_t tid;
    while ((tid = exit_word(record)) != 0) {
        long result = weft__futex_wait_until(&record->exit_word, tid, deadline,
                                             FUTEX_SHARED | FUTEX_CANCEL);
        if (result == WEFT__CANCELED_CALL) {
            return result;
        }
        if (result == -WEFT_ETIMEDOUT && exit_word(record) != 0) {
            return WEFT_ETIMEDOUT;
        }
    }
    return 0;
}

// The thread that record's one waits for; it does.
static struct weft__record *joined_by(const struct weft__record *record)
{
    return weft__record_find(record->waits_for - 1);
}

// Whether waiting for target would close a circle: target, or whom it waits for,
// and so on, waits for self, and none of them will be cancelled in its wait. The
// caller holds weft__record_lock.
// Every link was checked when it was made. But one that was to be cancelled then may
// have cancellation disabled by now, in a handler; so the walk may come into a circle
// of others, in which it meets who follows it at half its speed.
static int would_close_circle(struct weft__record *target,
                              const struct weft__record *self)
{
    const struct weft__record *behind = target;
    for (unsigned steps = 1; target != self; steps++) {
        if (target->waits_for == 0 || weft__request_will_be_met(target)) {
            return 0;
        }
        target = joined_by(target);
        if (target == behind) {
            return 0;
        }
        if (steps % 2 == 0) {
            behind = joined_by(behind);
        }
    }
    return 1;
}

static void waits_no_more(struct weft__record *self)
{
    weft__lock_acquire(&weft__record_lock);
    self->waits_for = 0;
    weft__lock_release(&weft__record_lock);
}

// Claims t for self, unless that could never end. endless: for others it is no link of
// a circle, if it is not.
static int claim(struct weft__record *record, weft_thread t,
                 struct weft__record *self, int endless)
{
    weft__lock_acquire(&weft__record_lock);
    int error = 0;
    if (weft__life_is(record, t) && would_close_circle(record, self)) {
        error = WEFT_EDEADLK;
    }
    if (error == 0) {
        error = weft__life_claim(record, t);
    }
    if (error == 0) {
        self->waits_for = endless ? record->index + 1 : 0;
    }
    weft__lock_release(&weft__record_lock);
    return error;
}

// The thread is gone and the claim is ours: everything goes back.
static void collect(struct weft__record *record, void **value)
{
    if (value != NULL) {
        *value = record->value;
    }
    weft__record_free(record);
}

int weft__join(weft_thread t, void **value, struct weft__deadline deadline)
{
    weft_test_cancel();
    struct weft__record *self = weft__thread_self()->record;
    struct weft__record *record = weft__record_find(t);
    int error = claim(record, t, self, deadline.ns == WEFT_FOREVER);
    if (error) {
        return error;
    }
    long result = wait_until(record, deadline);
    waits_no_more(self); // first: who may join again may be joined again
    if (result != 0) {
        weft__life_unclaim(record, t);
    }
    if (result == WEFT__CANCELED_CALL) {
        weft__cancel_now();
    }
    if (result == 0) {
        collect(record, value);
    }
    return (int)result;
}

int weft_join_until(weft_thread t, void **value, int64_t deadline_ns)
{
    return weft__join(t, value, weft__monotonic(deadline_ns));
}

int weft_join(weft_thread t, void **value)
{
    return weft__join(t, value, WEFT__NEVER);
}

int weft_join_for(weft_thread t, void **value, int64_t timeout_ns)
{
    return weft__join(t, value, weft__deadline_in(timeout_ns));
}

int weft_tryjoin(weft_thread t, void **value)
{
    struct weft__record *record = weft__record_find(t);
    if (t == weft_self()) {
        return WEFT_EDEADLK;
    }
    // Only looking while it runs: a claim would make somebody else's join or
    // detach fail. The look is between two at the life, and both find t's: then what
    // was seen was t's, and not of the lives before and after it.
    int error = weft__life_claimable(record, t);
    if (error) {
        return error;
    }
    if (exit_word(record) != 0) {
        error = weft__life_claimable(record, t);
        return error ? error : WEFT_EBUSY;
    }
    error = weft__life_claim(record, t);
    if (error == 0) {
        collect(record, value);
    }
    return error;
}

int weft_detach(weft_thread t)
{
    struct weft__record *record = weft__record_find(t);
    int ended = 0;
    int error = weft__life_detach(record, t, &ended);
    if (ended) {
        weft__record_dying(record);
        weft__record_reap();
    }
    return error;
}

// A thread that the kernel has made, but that has not run yet: its exit word says
// nothing, the libc's word does. The thread is held for a look at that one: it lies
// in the thread's memory.
static uint32_t tid_of_newborn(struct weft__record *record, weft_thread t)
{
    uint32_t tid = WEFT__UNBORN;
    struct weft__hold hold;
    if (weft__hold(&hold, t) == 0) {
        tid = weft__life_tid(record);
        weft__let_go(&hold);
    }
    return tid != WEFT__UNBORN ? tid : exit_word(record);
}

int weft_tid(weft_thread t)
{
    struct weft__record *record = weft__record_find(t);
    // In this order: if the record still is about t after the look, what was
    // seen was t's.
    uint32_t tid = exit_word(record);
    if (tid == WEFT__UNBORN) {
        tid = tid_of_newborn(record, t);
    }
    if (tid == WEFT__UNBORN || !weft__life_is(record, t)) {
        return 0;
    }
    return (int)tid;
}
