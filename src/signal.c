// SPDX-License-Identifier: MIT
// signal.c - signals to one thread, and its mask.
// Read before: life.c (pins).
#include <weft/atomic.h>
#include <weft/error.h>
#include "life.h"
#include "signal.h"
#include "refusal.h"
#include "thread.h"

int weft_kill(weft_thread t, int sig)
{
    if (sig < 0 || sig > SIGNAL_MAX ||
        (sig >= WEFT__SIGNAL_FIRST && sig <= weft__last_signal)) {
        return WEFT_EINVAL;
    }
    struct weft__record *record = weft__record_find(t);
    if (record == NULL) {
        return WEFT_ESRCH;
    }
    // With a pin held no handler may run here: it might never come back, and
    // the other thread could not end.
    uint64_t mask;
    long result = weft__signals_block(&mask);
    if (result < 0) {
        return weft__refusal(result);
    }
    enum weft__pin pin = weft__life_pin(record, t);
    if (pin == PIN_HELD) {
        // To oneself by the tid of now: in a child of vfork the record is the
        // parent's.
        long tid = record == weft__thread_self()->record
                       ? sys_gettid()
                       : (long)weft__life_tid(record);
        result = sys_tkill(tid, sig);
        weft__life_unpin(record);
    }
    weft__signals_restore(&mask);
    return pin == PIN_GONE ? WEFT_ESRCH : (int)-result;
}

int weft_sigmask(int how, const uint64_t *set, uint64_t *old)
{
    if (set != NULL && (how < SIG_BLOCK || how > SIG_SETMASK)) {
        return WEFT_EINVAL;
    }
    uint64_t allowed = 0;
    if (set != NULL) {
        allowed = how == SIG_UNBLOCK ? *set : weft__signals_allowed(*set);
    }
    long result = sys_sigprocmask(how, set != NULL ? &allowed : NULL, old);
    if (result >= 0 && old != NULL) {
        *old = weft__signals_allowed(*old); // what the library did is its own
    }
    return result < 0 ? weft__refusal(result) : 0;
}
