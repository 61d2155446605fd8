// SPDX-License-Identifier: MIT
// hold.h - a thread that cannot end meanwhile, so that its tid is its own. See hold.c.
#ifndef HOLD_H
#define HOLD_H

#include <stdint.h>
#include <weft/thread.h>

struct weft__record;

struct weft__hold {
    struct weft__record *record; // of t, if t is a thread's handle at all
    uint64_t mask;               // the caller's signal mask, for the end
    int oneself;                 // t is the caller: nothing is to be given back
};

// 0: t is held, until weft__let_go.  WEFT__ENDED: it has ended, but was not joined
// yet.  -WEFT_ESRCH: it is gone.  Else the error of the system call.
long weft__hold(struct weft__hold *hold, weft_thread t);
void weft__let_go(const struct weft__hold *hold);

// The tid of who is held: WEFT__UNBORN while there is none yet.
uint32_t weft__held_tid(const struct weft__hold *hold);

#define WEFT__ENDED 1

#endif
