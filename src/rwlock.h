// SPDX-License-Identifier: MIT
// rwlock.h - a read-write lock's waits by either clock. See rwlock.c.
#ifndef RWLOCK_H
#define RWLOCK_H

#include <weft/rwlock.h>
#include "deadline.h"

// As weft_rwlock_rdlock_until and weft_rwlock_wrlock_until.
int weft__rwlock_rdlock(weft_rwlock *l, struct weft__deadline deadline);
int weft__rwlock_wrlock(weft_rwlock *l, struct weft__deadline deadline);

#endif
