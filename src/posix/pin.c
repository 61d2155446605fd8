// SPDX-License-Identifier: MIT
// pin.c - keep a thread from ending, and its tid its own, for a few steps.
// Read before: life.c (pins). This file includes no header of the libc: the core's
// constants of the kernel have the same names.
#include <weft/error.h>
#include "life.h"
#include "pin.h"
#include "signal.h"
#include "thread.h"

int weft__posix_pin(struct weft__posix_pinned *pinned, weft_thread t)
{
    pinned->record = weft__record_find(t);
    if (pinned->record == NULL || weft__signals_block(&pinned->mask) < 0) {
        return WEFT_ESRCH;
    }
    if (weft__life_pin(pinned->record, t) != PIN_HELD) {
        weft__signals_restore(&pinned->mask);
        return WEFT_ESRCH;
    }
    pinned->tid = (long)weft__life_tid(pinned->record);
    return 0;
}

void weft__posix_unpin(const struct weft__posix_pinned *pinned)
{
    weft__life_unpin(pinned->record);
    weft__signals_restore(&pinned->mask);
}
