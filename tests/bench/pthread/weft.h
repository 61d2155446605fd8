// SPDX-License-Identifier: MIT
// weft.h - what fwsum asks of Weft, said in POSIX threads: the thin layer with
// which the same utility is built for other libraries.
#ifndef PTHREAD_WEFT_H
#define PTHREAD_WEFT_H

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#define WEFT_VERSION 0x000100
#define WEFT_FOREVER INT64_MAX
#define WEFT_EINTR   EINTR

#define weft_main(argc, argv, envp) main(argc, argv, envp)

typedef pthread_t weft_thread;
typedef struct weft_attr {
    size_t stack_size;
} weft_attr;

static inline int weft_create(weft_thread *out, const weft_attr *attr,
                              void *(*start)(void *), void *arg)
{
    pthread_attr_t own;
    pthread_attr_init(&own);
    pthread_attr_setstacksize(&own, attr->stack_size);
    int error = pthread_create(out, &own, start, arg);
    pthread_attr_destroy(&own);
    return error;
}

static inline int weft_join(weft_thread t, void **value)
{
    return pthread_join(t, value);
}

static inline int64_t weft_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

static inline long weft_syscall_cancel(long nr, long a, long b, long c, long d,
                                       long e, long f)
{
    long result = syscall(nr, a, b, c, d, e, f);
    return result == -1 ? -errno : result;
}

#endif
