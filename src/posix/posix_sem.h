// SPDX-License-Identifier: MIT
// posix_sem.h - named semaphores, which lie in files that programs on the libc's own
// threads open as well: named_glibc.c, named_musl.c.
#ifndef POSIX_SEM_H
#define POSIX_SEM_H

#include <semaphore.h>
#include "deadline.h"

// A file's content, for a new one, which is all-zero.
void weft__named_init(sem_t *sem, unsigned value);
// Makes a mapped one ours, whoever has made the file. 0: it can not be.
int weft__named_adopt(sem_t *sem);

#ifdef __GLIBC__
#define PREFIX "sem."
// They are like all others.
static inline int weft__named_is(const sem_t *sem)
{
    (void)sem;
    return 0;
}
#else
#define PREFIX ""
enum { NAMED_MARK = 7 }; // of musl's eight words it uses three
#define NAMED  0x74666577
static inline int weft__named_is(const sem_t *sem)
{
    return sem->__val[NAMED_MARK] == NAMED;
}
#endif

// As the functions of sem.c, with an error as the result.
int weft__named_trywait(sem_t *sem);
int weft__named_wait(sem_t *sem, struct weft__deadline deadline);
int weft__named_post(sem_t *sem);
int weft__named_value(sem_t *sem);

#endif
