// SPDX-License-Identifier: MIT
// sem.h - a semaphore's wait by either clock. See sem.c.
#ifndef SEM_H
#define SEM_H

#include <weft/sem.h>
#include "deadline.h"

// As weft_sem_wait_until.
int weft__sem_wait(weft_sem *s, struct weft__deadline deadline);

#endif
