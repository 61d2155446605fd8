// SPDX-License-Identifier: MIT
// weft/sem.h - a counter that cannot go below zero.
//
//     static weft_sem items;                    // all-zero: value 0
//
//     weft_sem_post(&items);                    // producer; also from a handler
//     weft_sem_wait(&items);                    // consumer: waits for a post
//
// In the child of a fork: its value at the fork; who waited is not there. Shared:
// a process that is killed or ends takes along what it had taken, and nothing else.
// A post of a shared one wakes all who wait, so that no wake dies with one of them.
#ifndef WEFT_SEM_H
#define WEFT_SEM_H

#include <weft/atomic.h>
#include <weft/error.h>
#include <weft/sync.h>
#include <weft/thread.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_SEM_MAX 0x7fffffffu

typedef struct weft_sem {
    uint64_t word; // src/sem.c has its table
} weft_sem;

// A semaphore with a first value, at most WEFT_SEM_MAX. flags: WEFT_SHARED.
//   WEFT_EINVAL   the value is too large, or an unknown flag
int weft_sem_init(weft_sem *s, uint32_t value, uint32_t flags);

// Takes one; waits while there is none.
//   WEFT_EINTR    a signal handler ran; nothing was taken
// Ordering: what came before the post that made it possible happens before the
// return. Cancellation point; a cancelled waiter takes nothing.
static inline int weft_sem_wait(weft_sem *s);

// Takes one if there is one, else WEFT_EAGAIN. Async-signal-safe.
static inline int weft_sem_trywait(weft_sem *s);

// As weft_sem_wait, but gives up at deadline_ns (CLOCK_MONOTONIC, as weft_now),
// or after timeout_ns: WEFT_ETIMEDOUT. A deadline in the past tries once.
int weft_sem_wait_until(weft_sem *s, int64_t deadline_ns);
int weft_sem_wait_for(weft_sem *s, int64_t timeout_ns);

// Adds one and wakes a waiter if there is one. Once another thread can take it,
// this call touches s no more: who takes it may free s.
//   WEFT_EOVERFLOW   the value is WEFT_SEM_MAX already
// Async-signal-safe. Not a cancellation point.
static inline int weft_sem_post(weft_sem *s);

// The value at some moment during the call. Async-signal-safe.
static inline uint32_t weft_sem_value(const weft_sem *s);

// Ends a shared semaphore that nobody waits on.
static inline void weft_sem_destroy(weft_sem *s);

// ---- Private from here: what the inline functions need ----

int weft__sem_wait_slow(weft_sem *s);
int weft__sem_post_slow(weft_sem *s, uint64_t seen);
int weft__sem_post_shared(weft_sem *s);

#define WEFT__SEM_VALUE  0xffffffffull // the low half, which futexes look at
#define WEFT__SEM_WAITER 0x100000000ull
#define WEFT__SEM_SHARED 0x8000000000000000ull

static inline int weft_sem_trywait(weft_sem *s)
{
    // relaxed: only what the cas expects
    uint64_t seen = weft__load64_relaxed(&s->word);
    while ((seen & WEFT__SEM_VALUE) != 0) {
        // sem.c T1.  acquire: pairs with [sem.release]
        if (weft__cas64_acquire(&s->word, &seen, seen - 1)) {
            return 0;
        }
    }
    return WEFT_EAGAIN;
}

static inline int weft_sem_wait(weft_sem *s)
{
    // relaxed: a request that comes this moment may as well come later
    if ((weft__load_relaxed(weft__self()->cancel_request) & 1) == 0 &&
        weft_sem_trywait(s) == 0) {
        return 0;
    }
    return weft__sem_wait_slow(s);
}

static inline int weft_sem_post(weft_sem *s)
{
    // relaxed: this bit never changes
    if (weft__load64_relaxed(&s->word) & WEFT__SEM_SHARED) {
        return weft__sem_post_shared(s);
    }
    // sem.c T2. [sem.release]
    uint64_t seen = weft__add64_release(&s->word, 1);
    if (seen >= WEFT_SEM_MAX) { // waiters, or too many
        return weft__sem_post_slow(s, seen);
    }
    return 0;
}

static inline uint32_t weft_sem_value(const weft_sem *s)
{
    // relaxed: the value is all there is to it
    uint32_t value = (uint32_t)weft__load64_relaxed(&s->word);
    return value < WEFT_SEM_MAX ? value : WEFT_SEM_MAX; // sem.c T6
}

static inline void weft_sem_destroy(weft_sem *s)
{
    (void)s; // nothing is registered anywhere
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
