// SPDX-License-Identifier: MIT
// thread.h - a thread's own data: what nobody but the thread itself touches.
// It lies at the top of the thread's memory (the main thread's is static) and is
// found through one slot near the thread pointer: weft__thread_self.
#ifndef THREAD_H
#define THREAD_H

#include <weft/cancel.h>
#include <weft/thread.h>
#include "record.h"

struct weft__birth;

struct weft__thread {
    struct weft__local local; // what inline code reads; first, so that the slot
                              // serves both

    // Written once before clone:
    struct weft__record *record;
    void *(*start)(void *);
    void *arg;
    struct weft__birth *birth; // attributes to apply first, or NULL (birth.h)

    // The thread's alone; its signal handlers may look at any time.
    struct weft_cleanup *cleanups; // newest first
    uint32_t key_limit;            // no key of an index from here on is set
    uint8_t cancel_state, cancel_type;
    uint8_t leaving;               // in weft_exit: no more cancellation
    uint8_t cancel_signal_blocked; // by the cancel handler (cancel.c)
};

extern struct weft__thread weft__main_thread;

static inline struct weft__thread *weft__thread_self(void)
{
    return (struct weft__thread *)(void *)weft__self();
}

// thread.S: a new thread, which begins in weft__thread_start(self). The new tid,
// or -errno.
long weft__clone(unsigned long flags, void *sp, uint32_t *tid_word, void *tls,
                 struct weft__thread *self);
_Noreturn void weft__thread_start(struct weft__thread *self);

// In the child of a fork: the calling thread is the only one.
void weft__thread_alone(void);

// key.c: runs the destructors of self's keys. Weak: it is linked into a program
// only when that makes keys.
__attribute__((weak)) void weft__key_destroy_all(struct weft__thread *self);

// The one rule of this library for zeroing memory: no call to memset, which may
// be anybody's.
static inline void weft__zero(void *memory, size_t size)
{
    uint64_t *word = (uint64_t *)memory;
    for (size_t i = 0; i < size / sizeof *word; i++) {
        word[i] = 0;
    }
}

#endif
