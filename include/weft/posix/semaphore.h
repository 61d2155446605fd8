// SPDX-License-Identifier: MIT
// weft/posix/semaphore.h - <semaphore.h> of musl, and what POSIX.1-2024 adds.
#ifndef WEFT_POSIX_SEMAPHORE_H
#define WEFT_POSIX_SEMAPHORE_H

#include_next <semaphore.h>

#define __NEED_clockid_t
#include <bits/alltypes.h>

#ifdef __cplusplus
extern "C" {
#endif

int sem_clockwait(sem_t *__restrict, clockid_t,
                  const struct timespec *__restrict);

#ifdef __cplusplus
}
#endif

#endif
