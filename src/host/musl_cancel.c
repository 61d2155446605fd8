// SPDX-License-Identifier: MIT
// musl_cancel.c - musl's blocking calls as cancellation points of Weft.
// Read before: cancel.c, musl.h.
//
// Every call that may block goes through __syscall_cp_c, for which musl has a
// stand-in that cancels nothing, for programs without pthread_cancel. This one
// takes its place: the call is made in Weft's stub, and is cancelled or done,
// never both.
//
// The libc has a switch of its own, for calls inside of others that could not
// cope: cancel_disable. MASKED means that the call may be given up, but the
// thread is not to end there: its caller cleans up first, and ends it then.
#include <weft/cancel.h>
#include <weft/error.h>
#include "arch.h"
#include "cancel.h"
#include "musl.h"
#include "thread.h"

enum { CANCELED = 125 }; // ECANCELED

long __syscall_cp_c(long nr, long a, long b, long c, long d, long e, long f);
void __testcancel(void);
void __do_cleanup_push(struct weft_cleanup *cleanup);
void __do_cleanup_pop(struct weft_cleanup *cleanup);

long __syscall_cp_c(long nr, long a, long b, long c, long d, long e, long f)
{
    struct musl_thread *self = musl_self();
    if (self->cancel_disable == MUSL_CANCEL_DISABLE ||
        (self->cancel_disable == MUSL_CANCEL_MASKED && nr == SYS_close)) {
        return arch_syscall6(nr, a, b, c, d, e, f);
    }
    long result = weft__cancel_point(nr, a, b, c, d, e, f);
    if (result != WEFT__CANCELED_CALL) {
        return result;
    }
    if (self->cancel_disable == 0) {
        weft__cancel_now();
    }
    self->cancel_disable = MUSL_CANCEL_DISABLE; // until the caller sets it back
    return -CANCELED;
}

int weft__musl_set_cancel_state(int state, int *old)
{
    struct musl_thread *self = musl_self();
    if (state < 0 || state > MUSL_CANCEL_MASKED) {
        return WEFT_EINVAL;
    }
    if (old != NULL) {
        *old = self->cancel_disable;
    }
    self->cancel_disable = (unsigned char)state;
    struct weft__thread *own = weft__thread_self();
    if (own->cancel_state == WEFT_CANCEL_ENABLE) {
        weft__cancel_listen(own, state != MUSL_CANCEL_DISABLE);
    }
    return 0;
}

// pthread_testcancel, which the libc's own functions call
void __testcancel(void)
{
    if (musl_self()->cancel_disable == 0) {
        weft_test_cancel();
    }
}

// musl's cleanup handlers, which its semaphores use, are the same three words as
// Weft's, and go into the same list. The first two words are set already.
void __do_cleanup_push(struct weft_cleanup *cleanup)
{
    weft_cleanup_link(cleanup, cleanup->fn, cleanup->arg);
}

void __do_cleanup_pop(struct weft_cleanup *cleanup)
{
    weft_cleanup_unlink(cleanup);
}
