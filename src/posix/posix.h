// SPDX-License-Identifier: MIT
// posix.h - what the files of the facade share.
//
// POSIX threads, semaphores and C11 threads in terms of the native API. Nothing is
// done here but translate: names, types, errors, deadlines. This is the only part
// of Weft that includes headers of a libc, since it defines what they declare.
#ifndef POSIX_H
#define POSIX_H

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <weft.h>
#include "futex.h"
#include "owned.h"
#include "thread.h"

// A second name of a function, under which the libc's own objects call it. (An
// attribute would have to repeat all attributes of the libc's declaration.)
#define TWIN(function, twin)                                                   \
    __asm__(".globl " #twin "\n.set " #twin ", " #function)

// ---- handle.c: pthread_t, which is the address of the libc's TCB ----

// The handle of the thread that pthread_t is about; 0, which is no thread's, when
// there is none. Reads nothing at that address.
weft_thread weft__posix_find(pthread_t thread);

// From a pthread_t to the word with the thread's tid.
uintptr_t weft__posix_distance(void);

// For a thread that is held (hold.h) and not at its end: its own data.
struct weft__thread *weft__posix_data(const struct weft__record *record);

// ---- deadline.c: struct timespec ----

// Whether deadlines may be on it: 0, or EINVAL. Calls look at the clock in any case,
// as the libcs do, and at the time only where they have to wait.
static inline int weft__posix_clock(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC ? 0 : EINVAL;
}

// A deadline of the core's for a time on a clock. 0, or EINVAL: another clock than
// CLOCK_REALTIME and CLOCK_MONOTONIC, or nanoseconds that are none.
int weft__posix_deadline(struct weft__deadline *deadline, clockid_t clock,
                         const struct timespec *time);

// ---- attr_musl.c, attr_glibc.c: pthread_attr_t ----

// What a pthread_attr_t asks for, in the words of the core.
struct weft__posix_attr {
    weft_attr attr;
    struct weft__given given; // the program's own stack, if there is one
    uint64_t sigmask;         // what attr.sigmask points to, if to anything
    // What attr.affinity points to, if to anything; 8,192 CPUs are more than
    // kernels are built for.
    unsigned char affinity[1024];
};

// from: NULL for defaults. 0 or an error of pthread_create's.
int weft__posix_read_attr(struct weft__posix_attr *to,
                          const pthread_attr_t *from);

// thread.c: fills in the sizes of a stack that is not the program's own.
int weft__posix_set_sizes(struct weft__posix_attr *to, size_t stack_size,
                          size_t guard_size);

// What to[...] says of a running thread, for pthread_getattr_np.
int weft__posix_write_attr(pthread_attr_t *to,
                           const struct weft__posix_attr *from);

// ---- sched.c ----

// Whether a thread of this process has been given a realtime policy; 0 is right
// for most programs, and spares them questions to the kernel.
int weft__posix_realtime(void);
void weft__posix_note_policy(int priority);

// ---- mutex.c, for cond.c ----

// Which mutexes have no owner: the normal ones, between threads or processes, if
// nothing else is asked of them. POSIX leaves open what happens when somebody else
// unlocks them, and programs do that.
static inline int weft__posix_ownerless(uint32_t type)
{
    return (type & ~OWNED_SHARED) == 0 ||
           (type & ~OWNED_SHARED) == (uint32_t)WEFT_NORMAL;
}

static inline weft_owned_mutex *weft__posix_mutex(void *mutex)
{
    return (weft_owned_mutex *)mutex;
}

// For functions that return -1 and leave the error in errno.
static inline int weft__posix_result(int error)
{
    if (error != 0) {
        errno = error;
        return -1;
    }
    return 0;
}

#endif
