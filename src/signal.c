// SPDX-License-Identifier: MIT
// signal.c - signals to one thread, and its mask.
// Read before: hold.c.
#include <weft/error.h>
#include "hold.h"
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
    struct weft__hold hold;
    long result = weft__hold(&hold, t);
    if (result == 0) {
        result = sys_tkill((long)weft__held_tid(&hold), sig);
        weft__let_go(&hold);
    }
    return weft__refusal(result); // 0 as well when it has ended
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
    return weft__refusal(result);
}
