// SPDX-License-Identifier: MIT
// hold.c - hold a thread, for the few steps in which its tid is used.
// Read before: life.c (pins).
//
// The kernel takes a tid. While it is used the record is pinned, so that the thread
// does not end and its tid cannot become another thread's. And all signals are
// blocked in the thread that holds the pin: a handler might never come back, and
// the other one could not end.
//
// Oneself is held by being here, and nothing is written: the child of a vfork runs on
// its parent's data, as the thread that its parent is, and may be killed before it
// lets go. Its tid is the kernel's of now, and not the one in the record.
#include <weft/error.h>
#include "hold.h"
#include "life.h"
#include "signal.h"

long weft__hold(struct weft__hold *hold, weft_thread t)
{
    hold->record = weft__record_find(t);
    hold->oneself = t == weft_self();
    if (hold->oneself) {
        return 0;
    }
    long result = weft__signals_block(&hold->mask);
    if (result < 0) {
        return result;
    }
    enum weft__pin pin = weft__life_pin(hold->record, t);
    if (pin == PIN_HELD) {
        return 0;
    }
    weft__signals_restore(&hold->mask);
    return pin == PIN_ENDED ? WEFT__ENDED : -WEFT_ESRCH;
}

void weft__let_go(const struct weft__hold *hold)
{
    if (!hold->oneself) {
        weft__life_unpin(hold->record);
        weft__signals_restore(&hold->mask);
    }
}

uint32_t weft__held_tid(const struct weft__hold *hold)
{
    return hold->oneself ? (uint32_t)sys_gettid()
                         : weft__life_tid(hold->record);
}
