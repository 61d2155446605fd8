// SPDX-License-Identifier: MIT
// join.h - what thread.c needs of join.c.
#ifndef JOIN_H
#define JOIN_H

#include "record.h"

// Sleeps until the kernel has let go of the thread. For who owns the freeing.
void weft__wait_for_exit(struct weft__record *record);

#endif
