// SPDX-License-Identifier: MIT
// signal.h - the signals that thread libraries keep for themselves.
#ifndef SIGNAL_H
#define SIGNAL_H

#include <stdint.h>
#include "hidden.h"
#include "syscall.h"

// 32..34 are what glibc and musl use between them; the calls of this library neither
// block nor send them for a program. One of them carries a cancel request. Beside
// glibc, 34 is the program's own, its SIGRTMIN. Written once, by a host that has it
// otherwise.
#define WEFT__SIGNAL_FIRST 32
extern WEFT__HIDDEN int weft__signals_lower; // 0; how much lower both are
#define weft__last_signal   (34 - weft__signals_lower)
#define weft__cancel_signal (33 - weft__signals_lower)

// thread.S: what a handler of the library returns to.
void weft__sigreturn(void);

static inline uint64_t weft__signal_bit(int sig)
{
    return (uint64_t)1 << (sig - 1);
}

// A mask without what must never be blocked.
static inline uint64_t weft__signals_allowed(uint64_t mask)
{
    for (int sig = WEFT__SIGNAL_FIRST; sig <= weft__last_signal; sig++) {
        mask &= ~weft__signal_bit(sig);
    }
    return mask;
}

// Blocks all signals, for a few steps that must not be interrupted.
static inline long weft__signals_block(uint64_t *old)
{
    uint64_t all = ~(uint64_t)0;
    return sys_sigprocmask(SIG_SETMASK, &all, old);
}

static inline void weft__signal_unblock(int sig)
{
    uint64_t mask = weft__signal_bit(sig);
    sys_sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

// The signal of a request. cancel.c: every program has it, in one copy.
void weft__signal_unblock_cancel(void);

static inline void weft__signals_restore(const uint64_t *old)
{
    sys_sigprocmask(SIG_SETMASK, old, NULL);
}

#endif
