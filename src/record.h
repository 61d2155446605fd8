// SPDX-License-Identifier: MIT
// record.h - what others may know of a thread, in memory that stays for ever.
//
// A handle is looked up long after its thread has gone, and the kernel stores
// into exit_word when the thread's stack is history already. So records are
// type-stable: once a record, always a record, free or in use.
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <weft/atomic.h>
#include <weft/thread.h>
#include "hidden.h"
#include "lock.h"

struct weft__sleeper;

// The memory of a thread, one mapping (stack.c); lies at its own end.
struct weft__block {
    void *base;
    size_t size; // guard included
    size_t guard_size;
    struct weft__block *next; // in a list of those kept for later
    struct weft__sleeper
        *sleeper; // a kernel thread that stands on it, ready to
                  // become the next one (recycle.c); or NULL
};

struct weft__record {
    // The protocol of join, detach and end: life.c.
    uint64_t life;

    // The tid while the kernel has the thread, 0 after it; UNBORN from the
    // handle's birth to the thread's. The kernel writes the tid as the thread's
    // first step, and 0 as the very last one at exit, with a shared futex wake of
    // one waiter.
    uint32_t exit_word;

    // Whether somebody asked the thread to end, and whether it may be sent a signal:
    // request.c. Atomic.
    uint32_t cancel_request;

    // Where the kernel stores the tid before clone returns and before the thread
    // runs: exit_word, or the word in which a libc keeps it. That one lies in the
    // thread's memory: weft__life_tid reads it. Written by the creator before the
    // handle is known. Atomic: who has a pthread_t looks through all records, and
    // compares (posix/handle.c).
    uint32_t *tid_word;

    // The host's: what it has to give back at the end, or NULL.
    void *of_host;

    uint32_t index; // in the table; constant

    // The rounds of barriers that this record's threads came first in. Counted on
    // through all lives, and never set back (barrier.c).
    uint32_t round;

    // The last walk over all threads that has reached this one (host/everyone.c).
    // Atomic: any walker may look, whoever's the record is.
    uint32_t reached;

    // 1 + the index of whom this thread joins with no deadline, or 0. Guarded by
    // weft__record_lock.
    uint32_t waits_for;

    // Of a thread that ends: its value, written by itself when it has announced its
    // end (life.c T5), read by the joiner. Before that: what it keeps for mutexes
    // with a ceiling, or NULL (ceiling.c; atomic).
    void *value;

    // Written by the creator before clone, taken by whoever frees the thread.
    // NULL: none (main, or the caller's own region).
    struct weft__block *block;

    // In the free list, or in the list of the dying. Guarded by weft__record_lock.
    struct weft__record *next;
};

#define WEFT__UNBORN 0x7fffffffu // no tid: the kernel's end at 2^22

// relaxed: shown to who has a handle by the birth, and of others' threads it says
// nothing
static inline void weft__record_tid_at(struct weft__record *record,
                                       uint32_t *tid_word)
{
    weft__store_pointer_relaxed((void **)(void *)&record->tid_word, tid_word);
}

// Guards the free list, the list of the dying, and waits_for.
extern WEFT__HIDDEN struct weft__lock weft__record_lock;

// A free record. 0, or the error for weft_create's caller.
int weft__record_new(struct weft__record **out);

// Gives back a record with its block: the end of its life, for who owns the
// freeing (life.c), when nobody runs on the block any more.
void weft__record_free(struct weft__record *record);

// The record that t is about, if it is about any: whether that still is the life
// of this thread is for life.c to say. Never NULL; one that no thread ever has, when t
// cannot be a handle.
struct weft__record *weft__record_find(weft_thread t);

// A detached thread on its last steps puts itself on the list of the dying. The
// next thread to call weft__record_reap, once the kernel has let go of it, frees
// its block and its record.
void weft__record_dying(struct weft__record *record);
void weft__record_reap(void);

// In the child of a fork: frees all records but self's, and their blocks. The
// caller holds weft__record_lock.
void weft__record_only(struct weft__record *self);

#endif
