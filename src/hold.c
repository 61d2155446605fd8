// SPDX-License-Identifier: MIT
// hold.c - hold a thread, for the few steps in which its tid is used.
// Read before: life.c (pins).
//
// The kernel takes a tid. While it is used the record is pinned, so that the thread
// does not end and its tid cannot become another thread's. And all signals are
// blocked in the thread that holds the pin: a handler might never come back, and
// the other one could not end.
#include <weft/error.h>
#include "hold.h"
#include "life.h"
#include "signal.h"

long weft__hold(struct weft__hold *hold, weft_thread t)
{
    hold->record = weft__record_find(t);
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
    weft__life_unpin(hold->record);
    weft__signals_restore(&hold->mask);
}
