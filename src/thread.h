// SPDX-License-Identifier: MIT
// thread.h - a thread's own data: what nobody but the thread itself touches.
// It lies at the top of the thread's memory (the main thread's is static) and is
// found through one slot near the thread pointer: weft__thread_self.
#ifndef THREAD_H
#define THREAD_H

#include <weft/atomic.h>
#include <weft/cancel.h>
#include <weft/thread.h>
#include "hidden.h"
#include "record.h"

struct weft__birth;

// What the facade for POSIX asks for beside a weft_attr (src/posix/thread.c).
struct weft__place;
struct weft__given {
    // Called when all of the thread is there, before it runs.
    void (*apply)(const struct weft__given *given, struct weft__place *place);
    // A stack that is nothing but a stack: the thread's own data and TLS are in a
    // small block of the library's. NULL: none.
    char *stack;
    size_t stack_size; // of that one, or what was asked for
    size_t guard_size; // what was asked for
    uint32_t explicit_sched;
    // Where the libc's name for the thread goes, before the thread runs.
    uintptr_t *name;
};

struct weft__thread {
    struct weft__local local; // what inline code reads; first, so that the slot
                              // serves both

    // Written once before clone:
    struct weft__record *record;
    void *(*start)(void *);
    void *arg;
    struct weft__birth *birth; // attributes to apply first, or NULL (birth.h)
    uint8_t unblock_cancel;    // the creator may have the cancel signal blocked
    struct weft__given given;  // by the facade for POSIX, or all-zero

    // The thread's alone; its signal handlers may look at any time.
    struct weft_cleanup *cleanups; // newest first
    uint32_t key_limit;            // no key of an index from here on is set
    uint8_t cancel_state, cancel_type;
    uint8_t leaving;               // in weft_exit: no more cancellation
    uint8_t cancel_signal_blocked; // by the cancel handler (cancel.c)
    uint8_t recycled; // its kernel thread was another's before (recycle.c)
    uint32_t stubs; // weft__cancel_syscall calls under way, one above the other
};

extern WEFT__HIDDEN struct weft__thread weft__main_thread;

static inline struct weft__thread *weft__thread_self(void)
{
    return (struct weft__thread *)(void *)weft__self();
}

// thread.S: a new thread, which begins in weft__thread_start(self). The new tid,
// or -errno.
long weft__clone(unsigned long flags, void *sp, uint32_t *tid_word,
                 uint32_t *exit_word, void *tls, struct weft__thread *self);
_Noreturn void weft__thread_start(struct weft__thread *self);

// weft_create; given may be NULL.
int weft__create(weft_thread *out, const weft_attr *attr,
                 void *(*start)(void *), void *arg,
                 const struct weft__given *given);

// The end of the kernel thread: exit_word turns 0.
_Noreturn void weft__kernel_exit(const struct weft__thread *self);

// thread.S: the same thread begins in weft__thread_start(self), on an empty stack.
_Noreturn void weft__start_over(void *sp, struct weft__thread *self);

// In the child of a fork: the calling thread is the only one.
void weft__thread_alone(void);

// How often this process was forked. Changed in the child only, while it has one
// thread (fork.c).
extern WEFT__HIDDEN uint32_t weft__fork_generation;

// What a thread's end has to call, or NULL; set by the module when it is first used,
// so that a program that does not use it does not contain it. Atomic: any thread
// may be the first. A thread that has something to be called for has set it itself.
typedef void weft__end_hook(struct weft__thread *self);
extern WEFT__HIDDEN void *weft__key_end; // key.c: destructors
// key.c: the memory of far values, when nothing of the program's or the libc's is
// left to run that might yet set one
extern WEFT__HIDDEN void *weft__key_gone;
extern WEFT__HIDDEN void
    *weft__robust_end; // robust.c: mutexes held by the dead

// What recycle.c does with threads that end, and for those that begin; NULL in a
// program that does not call weft_recycle, so that nothing of it is in there.
struct weft__recycling {
    // A block with somebody asleep on it, if one fits and may be used, into *out.
    // Whether there was one.
    int (*take)(struct weft__block **out, size_t size, size_t guard_size);
    // Instead of weft__clone: wakes who is asleep on the thread's block. Its tid.
    long (*wake)(struct weft__thread *self, void *sp, void *tp);
    // Ends who is asleep on a block that is not used after all.
    void (*discard)(struct weft__block *block);
    // The last step of a thread that ends, in place of the exit system call;
    // returns if that has to be made.
    void (*park)(struct weft__thread *self, int detached);
    // In the child of a fork, where nobody is asleep.
    void (*after_fork)(void);
};
extern WEFT__HIDDEN void *weft__recycling; // atomic: written once

static inline const struct weft__recycling *weft__recycle(void)
{
    // acquire: pairs with [recycle.hooks]
    return (const struct weft__recycling *)weft__load_pointer_acquire(
        &weft__recycling);
}

// A call of memset would be an undefined symbol in an archive that has none. size
// is a multiple of 8.
static inline void weft__zero(void *memory, size_t size)
{
    // Two words at a time, from the end; what is left is the first.
    typedef uint64_t pair __attribute__((vector_size(16), aligned(8)));
    char *begin = (char *)memory;
    for (; size >= sizeof(pair); size -= sizeof(pair)) {
        *(pair *)(void *)(begin + size - sizeof(pair)) = (pair){0, 0};
    }
    if (size > 0) {
        *(uint64_t *)memory = 0;
    }
}

#endif
