// SPDX-License-Identifier: MIT
// join.h - waiting for the end of a thread. See join.c.
#ifndef JOIN_H
#define JOIN_H

#include "deadline.h"
#include "record.h"

// Sleeps until the kernel has let go of the thread. For who owns the freeing.
void weft__wait_for_exit(struct weft__record *record);

// As weft_join_until, by either clock.
int weft__join(weft_thread t, void **value, struct weft__deadline deadline);

#endif
