// SPDX-License-Identifier: MIT
// pin.h - keep a thread from ending for a few steps. See pin.c.
#ifndef POSIX_PIN_H
#define POSIX_PIN_H

#include <weft/thread.h>

struct weft__posix_pinned {
    struct weft__record *record;
    long tid;
    uint64_t mask; // all signals are blocked: the caller must not end either
};

// 0, or ESRCH; then there is nothing to unpin.
int weft__posix_pin(struct weft__posix_pinned *pinned, weft_thread t);
void weft__posix_unpin(const struct weft__posix_pinned *pinned);

#endif
