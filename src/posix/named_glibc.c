// SPDX-License-Identifier: MIT
// named_glibc.c - a named semaphore's file as glibc has it, in 64-bit programs.
// Read before: sem.c of the core.
//
//   offset  glibc                    here
//   0       value 4, waiters 4       a weft_sem, whose SHARED is, to glibc, more waiters
//   8       128: between processes   the same, or the file is refused
//
// Both add to the value, and wake sleepers on it if there are waiters; both sleep
// while it is 0. So this is all there is to do.
#include <weft/sem.h>
#include "posix.h"
#include "posix_sem.h"

enum { BETWEEN_PROCESSES = 128 };

struct content {
    weft_sem sem;
    uint32_t kind;
};
_Static_assert(sizeof(struct content) <= sizeof(sem_t), "overlay");

void weft__named_init(sem_t *sem, unsigned value)
{
    struct content *content = (struct content *)(void *)sem;
    weft_sem_init(&content->sem, value, WEFT_SHARED);
    content->kind = BETWEEN_PROCESSES;
}

int weft__named_adopt(sem_t *sem)
{
    struct content *content = (struct content *)(void *)sem;
    if (content->kind != BETWEEN_PROCESSES) {
        return 0;
    }
    // relaxed: the file had its name when it was whole
    uint64_t seen = weft__load64_relaxed(&content->sem.word);
    while (!(seen & WEFT__SEM_SHARED) &&
           !weft__cas64_relaxed(&content->sem.word, &seen,
                                seen | WEFT__SEM_SHARED)) {
    }
    return 1;
}
