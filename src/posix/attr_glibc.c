// SPDX-License-Identifier: MIT
// attr_glibc.c - pthread_attr_t, beside glibc.
//
// The libc's timers and others work on its layout, so it stays the libc's, with all
// functions that set and get; here it is read through these functions alone. A
// stack size that was not set is what pthread_getattr_default_np says: the first
// thing that is done here is to put Weft's there, instead of RLIMIT_STACK's.
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "posix.h"
#include "stack.h"

__attribute__((constructor(102))) static void set_default_stack(void)
{
    pthread_attr_t attr;
    size_t least = (size_t)sysconf(_SC_THREAD_STACK_MIN); // it takes no less
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(
        &attr, weft__default_stack > least ? weft__default_stack : least);
    pthread_setattr_default_np(&attr);
    pthread_attr_destroy(&attr);
}

// The libc says "all" where nothing was set.
static int is_all(const unsigned char *bytes, size_t size)
{
    while (size > 0 && bytes[size - 1] == 0xff) {
        size--;
    }
    return size == 0;
}

static void read_sched(weft_attr *to, const pthread_attr_t *from)
{
    int inherit;
    struct sched_param param;
    pthread_attr_getinheritsched(from, &inherit);
    if (inherit == PTHREAD_EXPLICIT_SCHED) {
        to->flags |= WEFT_EXPLICIT_SCHED;
        pthread_attr_getschedpolicy(from, &to->policy);
        pthread_attr_getschedparam(from, &param);
        to->priority = param.sched_priority;
    }
}

static int read_stack(struct weft__posix_attr *to, const pthread_attr_t *from)
{
    void *low;
    size_t size, guard_size;
    pthread_attr_getstack(from, &low, &size);
    if ((uintptr_t)low + size != 0) { // the top, which is NULL if not set
        to->given.stack = low;
        to->given.stack_size = size;
        to->attr.stack_size = WEFT_STACK_MIN;
        to->attr.guard_size = WEFT_NO_GUARD;
        return 0;
    }
    pthread_attr_getstacksize(from, &size); // or the default
    pthread_attr_getguardsize(from, &guard_size);
    return weft__posix_set_sizes(to, size, guard_size);
}

static void read_masks(struct weft__posix_attr *to, const pthread_attr_t *from)
{
    sigset_t mask;
    if (pthread_attr_getsigmask_np(from, &mask) == 0) {
        memcpy(&to->sigmask, &mask, sizeof to->sigmask);
        to->attr.sigmask = &to->sigmask;
    }
    if (pthread_attr_getaffinity_np(from, sizeof to->affinity,
                                    (cpu_set_t *)(void *)to->affinity) == 0 &&
        !is_all(to->affinity, sizeof to->affinity)) {
        to->attr.affinity = to->affinity;
        to->attr.affinity_size = sizeof to->affinity;
    }
}

int weft__posix_read_attr(struct weft__posix_attr *to,
                          const pthread_attr_t *from)
{
    pthread_attr_t defaults;
    int detached = PTHREAD_CREATE_JOINABLE;
    to->attr = (weft_attr){.flags = 0};
    to->given = (struct weft__given){.stack = NULL};
    if (from == NULL) {
        int error = pthread_getattr_default_np(&defaults);
        if (error) {
            return EAGAIN; // ENOMEM: it may have CPUs, a copy of which it allocates
        }
        from = &defaults;
    }
    int error = read_stack(to, from);
    pthread_attr_getdetachstate(from, &detached);
    if (detached == PTHREAD_CREATE_DETACHED) {
        to->attr.flags |= WEFT_DETACHED;
    }
    read_sched(&to->attr, from);
    read_masks(to, from);
    if (from == &defaults) {
        pthread_attr_destroy(&defaults);
    }
    return error;
}

int weft__posix_write_attr(pthread_attr_t *to,
                           const struct weft__posix_attr *from)
{
    struct sched_param param = {.sched_priority = from->attr.priority};
    pthread_attr_init(to);
    // The libc's limits are for what is asked for, not for what is.
    pthread_attr_setstack(to, from->given.stack, from->given.stack_size);
    pthread_attr_setguardsize(to, from->attr.guard_size);
    pthread_attr_setschedpolicy(to, from->attr.policy);
    pthread_attr_setschedparam(to, &param);
    if (from->attr.flags & WEFT_DETACHED) {
        pthread_attr_setdetachstate(to, PTHREAD_CREATE_DETACHED);
    }
    if (from->attr.flags & WEFT_EXPLICIT_SCHED) {
        pthread_attr_setinheritsched(to, PTHREAD_EXPLICIT_SCHED);
    }
    int error = pthread_attr_setaffinity_np(
        to, from->attr.affinity_size, (const cpu_set_t *)from->attr.affinity);
    if (error) {
        pthread_attr_destroy(to);
    }
    return error;
}
