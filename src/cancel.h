// SPDX-License-Identifier: MIT
// cancel.h - cancellation points inside the library. See cancel.c.
#ifndef CANCEL_H
#define CANCEL_H

#include <weft/cancel.h>
#include "cancel_nr.h"

// As weft_syscall_cancel, but a cancelled caller gets WEFT__CANCELED_CALL, so
// that it can undo what it has half done before it calls weft__cancel_now.
long weft__cancel_point(long nr, long a, long b, long c, long d, long e,
                        long f);

struct weft__thread;

// Whether signals of requests may come to the calling thread: when it enables and
// disables cancellation, itself or a libc for it.
void weft__cancel_listen(const struct weft__thread *self, int listens);

// The calling thread is ending: no more cancellation.
void weft__cancel_leave(struct weft__thread *self);

// Ends the calling thread as cancelled.
_Noreturn void weft__cancel_now(void);

#endif
