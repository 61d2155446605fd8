// SPDX-License-Identifier: MIT
// weft/barrier.h - nobody goes on before all have come.
//
//     static weft_barrier barrier;
//
//     weft_barrier_init(&barrier, 3, 0);        // once, before the threads
//     if (weft_barrier_wait(&barrier) == WEFT_BARRIER_SERIAL) {
//         ...                                   // one of the three does this
//     }
//
// In the child of a fork a barrier is as it was made: nobody has arrived. Between
// processes (WEFT_SHARED) a thread that arrives and is killed has arrived.
#ifndef WEFT_BARRIER_H
#define WEFT_BARRIER_H

#include <weft/error.h>
#include <weft/mutex.h>
#include <weft/sync.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_BARRIER_SERIAL (-1) // no error number: those are positive

typedef struct weft_barrier {
    uint32_t count, flags; // constant from init to destroy
    weft_mutex lock;       // of a private one
    uint32_t arrived;      // in this round; guarded by lock
    union {
        uint32_t *round; // guarded by lock; src/barrier.c tells about rounds
        uint64_t shared; // src/barrier_shared.c has its table; so has inside
    };
    uint32_t generation; // of those who wait in a private one: src/ghosts.h
    uint32_t inside;
} weft_barrier;

// A barrier for rounds of count threads. All-zero bytes are a barrier that is
// still to be initialised.  flags: WEFT_SHARED.
//   WEFT_EINVAL   count is 0, or an unknown flag
int weft_barrier_init(weft_barrier *b, uint32_t count, uint32_t flags);

// Waits until count threads have called it in this round, then all return: one
// with WEFT_BARRIER_SERIAL, the others with 0, and the next round begins. As soon
// as one thread is back, a private b may be freed, a shared b destroyed.
//   WEFT_EINVAL   b was not initialised
// Ordering: all that the threads of a round did before it happens before each of
// them returns. Not a cancellation point.
int weft_barrier_wait(weft_barrier *b);

// Ends a barrier. A private one needs no end; for a shared one it waits until all
// threads of the last round have left it, or a second has passed: a process that was
// killed on its way out does not leave.
//   WEFT_EBUSY    threads wait for the others of their round
int weft_barrier_destroy(weft_barrier *b);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
