// SPDX-License-Identifier: MIT
// request.h - the word by which a thread is asked to end. See request.c.
#ifndef REQUEST_H
#define REQUEST_H

#include <weft/atomic.h>
#include "cancel_nr.h"
#include "record.h"

// For who asks a thread that is held. 1: the caller is to send it the signal, and then
// to call weft__request_told, with whether that was done.
int weft__request_make(struct weft__record *record);
void weft__request_told(struct weft__record *record, int told);

// The same for oneself, where no signal is needed.
void weft__request_make_own(struct weft__record *record);

// For the thread itself. Once the first has returned, no signal of a request comes,
// until the second.
void weft__request_defer(struct weft__record *record);
void weft__request_allow(struct weft__record *record);

// A signal that was sent has been lost: who asks again sends another.
void weft__request_lost(struct weft__record *record);

// In the child of a fork, for the one thread that is there.
void weft__request_after_fork(struct weft__record *record);

// Whether somebody has asked.
// acquire: pairs with [cancel.request], so that what the canceller did before is
// seen by cleanup handlers
static inline int weft__request_is_made(const struct weft__record *record)
{
    return (weft__load_acquire(&record->cancel_request) &
            WEFT__REQUEST_ASKED) != 0;
}

// Whether the thread is going to end at a cancellation point that it sleeps in.
int weft__request_will_be_met(const struct weft__record *record);

#endif
