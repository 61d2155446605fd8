// SPDX-License-Identifier: MIT
// host.h - what the core asks of whoever owns the thread pointer.
//
// freestanding.c is part of weft-crt0.o, which a program without a libc puts
// before the archive. In any other program these names are still undefined when
// the linker reaches the archive, and it takes the member libc.c, which finds out
// which libc that is (libc.h).
#ifndef HOST_H
#define HOST_H

#include <stddef.h>
#include <stdint.h>
#include "hidden.h"

struct weft__record;
struct weft__thread;

// Before the first thread is created, and before any fork: the host is ready for
// it, whatever part of the program may have begun to run. Async-signal-safe once
// main runs.
void weft__host_adopt(void);

// Bytes that TLS and TCB of a thread take, whatever the alignment of the memory.
// Constant once the program runs.
size_t weft__host_tls_size(void);

// Builds TLS and TCB in that many bytes of memory, with the slot pointing to
// self, and returns the thread pointer to run with; NULL if there is no memory
// for what a libc wants besides. A libc that keeps the tid in its own TCB has
// record->tid_word point there, and leaves WEFT__UNBORN in it.
void *weft__host_tls_build(void *memory, struct weft__thread *self);

// Ends the process as a return from main does.
_Noreturn void weft__host_exit(int status);

// For the host, before any other call: gives main its record and its handle. What
// this does needs no thread pointer. The host has the slot point to
// weft__main_thread before anybody looks. Returns main's exit word, into which the
// host has the kernel's tid stored.
uint32_t *weft__thread_adopt_main(void);

// What a libc wants to be told of a thread's life. NULL in a program without one,
// so that nothing of it is in there. Written once, before there is a second thread.
struct weft__libc_hooks {
    // In the new thread, before anything else.
    void (*begin)(struct weft__thread *self);
    // In the thread that ends: after its cleanup handlers and before the
    // destructors of its keys, to run destructors of thread-local objects.
    void (*destroy)(struct weft__thread *self);
    // In the thread that ends: after the last code of the program. Not for the
    // last thread: that one calls weft__host_exit.
    void (*end)(struct weft__thread *self);
    // Once for each weft__host_tls_build that gave a thread pointer, when the
    // kernel has let go of the thread, or when it was never born: gives back what
    // is not in the thread's memory. That may be the caller's again already, so
    // it is not to be touched. Also called for a record for which nothing was
    // built; of_host is NULL then.
    void (*drop)(struct weft__record *record);
    // fork as the libc does it: the child's pid, 0 in the child, or -errno.
    long (*fork)(void);
    // For the cancel handler, with a request due: where the thread was interrupted
    // in a blocking call of the libc that has not been done, sends it to its end.
    // Whether it did. NULL: those calls go through Weft's stub.
    int (*cancel_at)(char *ucontext);
    // Ends the calling thread as weft_exit does, but frame by frame from the caller
    // on, and does not return. NULL: as weft_exit.
    void (*unwind)(void *value);
};
extern WEFT__HIDDEN const struct weft__libc_hooks *weft__libc_hooks;

#endif
