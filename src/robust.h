// SPDX-License-Identifier: MIT
// robust.h - what a thread keeps for the mutexes that the kernel knows: who it is
// in their words, and the list of the robust ones that it holds (robust.c).
//
// Inline, since all of it is on the way of a lock that nobody else wants. The data
// is found from the thread pointer at once, and not by way of the thread's own
// data, and one comparison tells whether it still is about this process.
#ifndef ROBUST_H
#define ROBUST_H

#include "owned.h"

// What set_robust_list(2) is told: struct robust_list_head.
struct weft__robust_list {
    void *first; // NULL: the kernel has not been told
    long offset; // from an entry to its word
    void *pending;
};

// The thread's own; valid if .arrived is weft__robust_here().
struct weft__held {
    struct weft__robust_list list;
    uint32_t arrived; // 1 + the fork generation in which the rest was set
    uint64_t who[2];  // owned.c's identity: in private mutexes, in shared ones
};
extern WEFT__HIDDEN _Thread_local struct weft__held weft__held
    __attribute__((tls_model("local-exec")));

// The child of a fork has a copy of the list, but not of the registration; and
// what was in it is held by the parent's thread.
static inline uint32_t weft__robust_here(void)
{
    // relaxed: changed when the process had one thread
    return 1 + weft__load_relaxed(&weft__fork_generation);
}

static inline int weft__pi_is_here(void)
{
    return weft__held.arrived == weft__robust_here();
}

static inline uint32_t weft__pi_tid(void)
{
    return (uint32_t)weft__held.who[1];
}

static inline uint64_t weft__pi_identity(uint32_t type)
{
    return weft__held.who[(type & OWNED_SHARED) != 0];
}

// Whether m is one of these mutexes, the caller holds it once, it is consistent and
// has no ceiling. 0 is no answer.
static inline int weft__pi_is_simple(const weft_owned_mutex *m)
{
    // relaxed: as in weft__owned_is_mine; weft__owned_state
    return (m->type & OWNED_KERNEL) && weft__pi_is_here() &&
           weft__load64_relaxed(&m->owner) == weft__pi_identity(m->type) &&
           m->again == 0 && weft__load_relaxed(&m->condition) == 0;
}

#define PI ((uintptr_t)1) // in a pointer to an entry: its word is a PI word

static inline void *weft__robust_entry(weft_owned_mutex *m)
{
    return (void *)((uintptr_t)&m->held_next + PI);
}

// m's word is about to change.
static inline void weft__robust_begin(weft_owned_mutex *m)
{
    weft__held.list.pending = weft__robust_entry(m);
    weft__signal_fence();
}

// It has changed, and so has the list.
static inline __attribute__((always_inline)) void weft__robust_done(void)
{
    weft__signal_fence();
    weft__held.list.pending = NULL;
}

static inline void weft__robust_add(weft_owned_mutex *m)
{
    m->held_next = weft__held.list.first;
    weft__signal_fence(); // whole before it can be found
    weft__held.list.first = weft__robust_entry(m);
}

static inline void weft__robust_remove(weft_owned_mutex *m)
{
    // One of those locked last, mostly; there is no way back in the list, as the
    // mutex has to fit into what a libc gives one.
    void **link = &weft__held.list.first;
    while (*link != weft__robust_entry(m)) {
        link = (void **)((uintptr_t)*link - PI);
    }
    *link = m->held_next;
    weft__signal_fence();
}

#endif
