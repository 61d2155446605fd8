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

// Ends the calling thread as cancelled.
_Noreturn void weft__cancel_now(void);

#endif
