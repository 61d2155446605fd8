// SPDX-License-Identifier: MIT
// futex.c - the futex system call. See futex.h.
#include "futex.h"

static void wait(uint32_t *word, uint32_t expected, long operation)
{
    arch_syscall6(SYS_futex, (long)word, operation, (long)expected, 0, 0,
                  (long)FUTEX_ANY);
}

void weft__futex_wait(uint32_t *word, uint32_t expected)
{
    wait(word, expected, FUTEX_WAIT_PRIVATE);
}

void weft__futex_wait_shared(uint32_t *word, uint32_t expected)
{
    wait(word, expected, FUTEX_WAIT_SHARED);
}

void weft__futex_wake(uint32_t *word, int count)
{
    arch_syscall4(SYS_futex, (long)word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count,
                  0);
}
