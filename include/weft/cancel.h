// SPDX-License-Identifier: MIT
// weft/cancel.h - ask a thread to end, and end cleanly when asked.
//
// A cancelled thread ends as if it had called weft_exit(WEFT_CANCELED): at its
// next cancellation point (deferred, the default), or wherever it is
// (asynchronous). A system call that has done its work is never also cancelled:
// no byte that a read took and no descriptor that an accept made is lost.
#ifndef WEFT_CANCEL_H
#define WEFT_CANCEL_H

#include <weft/thread.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

enum {
    WEFT_CANCEL_ENABLE = 0,  // the default
    WEFT_CANCEL_DISABLE = 1, // a request waits until it is enabled again
};
enum {
    WEFT_CANCEL_DEFERRED = 0, // the default
    WEFT_CANCEL_ASYNC = 1,    // only around code that calls nothing but
                              // weft_cancel and weft_set_cancel_*
};

// Asks t to end. Returns at once; join to wait for the end. An ended thread that
// was not joined yet swallows the request. Cancelling oneself only marks the
// request, unless the type is asynchronous.
//   WEFT_ESRCH    t is gone
// A thread that has cancellation disabled, or is on its way out, is not disturbed.
//   WEFT_EPERM, WEFT_ENOTSUP, WEFT_EAGAIN   rt_sigaction or tkill is refused, or
//                 the kernel's queue of signals is full (RLIMIT_SIGPENDING): the
//                 request stands for the next cancellation point, but a thread that
//                 blocks in one is woken only when it is called again and returns 0
// Async-signal-safe; may be called under asynchronous cancellation.
int weft_cancel(weft_thread t);

// Whether requests are acted upon, and when. *old (may be NULL) receives the
// value before. Enabling asynchronous cancellation acts at once on a waiting
// request.
//   WEFT_EINVAL   no such state or type
// Async-signal-safe, unless a request becomes due by it; may be called under
// asynchronous cancellation.
int weft_set_cancel_state(int state, int *old);
int weft_set_cancel_type(int type, int *old);

// Ends the thread if a request waits and is enabled. Cancellation point.
void weft_test_cancel(void);

// What is to be run, should the thread end before the block does: by
// cancellation or by weft_exit, newest first. Always in pairs in one block:
//
//     weft_cleanup_push(release, &lock);
//     ...                               // may be cancelled here
//     weft_cleanup_pop(1);              // 1: run it now as well
#define weft_cleanup_push(fn, arg)                                             \
    {                                                                          \
        _Pragma("GCC diagnostic push") _Pragma(                                \
            "GCC diagnostic ignored \"-Wshadow\"") /* pairs may nest */        \
            struct weft_cleanup weft__cleanup_here;                            \
        _Pragma("GCC diagnostic pop")                                          \
            weft_cleanup_link(&weft__cleanup_here, (fn), (arg));
#define weft_cleanup_pop(execute)                                              \
    weft_cleanup_unlink(&weft__cleanup_here);                                  \
    if (execute) {                                                             \
        weft__cleanup_here.fn(weft__cleanup_here.arg);                         \
    }                                                                          \
    }

// The same without macros, for C++ destructors and other languages: c is the
// caller's, and must be unlinked by the thread that linked it, newest first.
struct weft_cleanup {
    void (*fn)(void *);
    void *arg;
    struct weft_cleanup *next;
};
void weft_cleanup_link(struct weft_cleanup *c, void (*fn)(void *), void *arg);
void weft_cleanup_unlink(struct weft_cleanup *c);

// Makes system call nr as a cancellation point: it is not made when a request
// waits, and a request that comes while it blocks ends it; but once it has done
// its work, its result is returned and the request waits for the next point.
// Returns what the kernel returns: a result, or a negative error number.
// Async-signal-safe as far as the system call is, and unless it ends the thread: a
// handler that may interrupt a call of this library disables cancellation first.
long weft_syscall_cancel(long nr, long a, long b, long c, long d, long e,
                         long f);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
