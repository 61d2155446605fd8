// SPDX-License-Identifier: MIT
// thread.c - pthread_create, join, detach, and the same in C11.
// Read before: handle.c.
//
//   POSIX                     the core
//   pthread_create            weft__create
//   pthread_join              weft_join
//   pthread_tryjoin_np        weft_tryjoin
//   pthread_timedjoin_np,     weft_join_until
//     pthread_clockjoin_np
//   pthread_detach            weft_detach
//   thrd_create, _join, ...   the same
//
// pthread_exit is in cleanup_musl.c and cleanup_glibc.c; pthread_self,
// pthread_equal and their C11 twins are the libc's own, which do nothing but
// compute.
#include <stdlib.h>
#include <threads.h>
#include "life.h"
#include "place.h"
#include "join.h"
#include "posix.h"
#include "stack.h"

// Both libcs say "a page" of a guard that was not set. The core is told of none then,
// and gives what compilers rely on.
int weft__posix_set_sizes(struct weft__posix_attr *to, size_t stack_size,
                          size_t guard_size)
{
    const size_t page = weft__page_size;
    if (guard_size > SIZE_MAX - page) {
        return EINVAL;
    }
    guard_size = (guard_size + page - 1) & ~(page - 1);
    to->given.stack_size = to->attr.stack_size =
        stack_size < WEFT_STACK_MIN ? WEFT_STACK_MIN : stack_size;
    to->given.guard_size = guard_size;
    to->attr.guard_size = guard_size == 0      ? WEFT_NO_GUARD
                          : guard_size == page ? 0
                                               : guard_size;
    return 0;
}

static void apply(const struct weft__given *given, struct weft__place *place)
{
    place->self->given = *given;
    if (given->stack != NULL) {
        uintptr_t top = (uintptr_t)given->stack + given->stack_size;
        place->sp = (char *)(top & ~(uintptr_t)15);
    }
    *given->name =
        (uintptr_t)place->self->record->tid_word - weft__posix_distance();
}

static int create(pthread_t *out, const pthread_attr_t *from,
                  void *(*start)(void *), void *arg)
{
    struct weft__posix_attr attr;
    int error = weft__posix_read_attr(&attr, from);
    if (error == 0 && attr.given.stack != NULL &&
        attr.given.stack_size < weft__least_stack()) {
        error = EINVAL; // a signal would write below it
    }
    if (error) {
        return error;
    }
    weft__posix_note_policy(attr.attr.priority);
    attr.given.explicit_sched = attr.attr.flags & WEFT_EXPLICIT_SCHED;
    attr.given.name = (uintptr_t *)(void *)out;
    attr.given.apply = apply;
    weft_thread handle;
    error = weft__create(&handle, &attr.attr, start, arg, &attr.given);
    // Sizes that no address space holds: to POSIX it is want of memory.
    return error == WEFT_ENOMEM ? EAGAIN : error;
}

int pthread_create(pthread_t *restrict out, const pthread_attr_t *restrict attr,
                   void *(*start)(void *), void *restrict arg)
{
    return create(out, attr, start, arg);
}
TWIN(pthread_create, __pthread_create);

int pthread_join(pthread_t thread, void **value)
{
    return weft_join(weft__posix_find(thread), value);
}
TWIN(pthread_join, __pthread_join);

int pthread_tryjoin_np(pthread_t thread, void **value)
{
    int error = weft_tryjoin(weft__posix_find(thread), value);
    return error == EDEADLK ? EBUSY : error; // oneself runs
}

int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock,
                         const struct timespec *time)
{
    struct weft__deadline deadline = WEFT__NEVER;
    weft_thread t = weft__posix_find(thread);
    if (weft__posix_clock(clock) != 0) {
        return EINVAL;
    }
    if (time != NULL && weft__posix_deadline(&deadline, clock, time) != 0) {
        // The time is not looked at if the thread has ended.
        return weft_tryjoin(t, value) == 0 ? 0 : EINVAL;
    }
    return weft__join(t, value, deadline);
}

int pthread_timedjoin_np(pthread_t thread, void **value,
                         const struct timespec *time)
{
    return pthread_clockjoin_np(thread, value, CLOCK_REALTIME, time);
}

int pthread_detach(pthread_t thread)
{
    weft_thread t = weft__posix_find(thread);
    int error = weft_detach(t);
    // Somebody is joining it: what is asked for will be done.
    return error == EINVAL && !weft__life_is_detached(weft__record_find(t))
               ? 0
               : error;
}
TWIN(pthread_detach, __pthread_detach);

// ---- C11 ----

static int in_c11(int error)
{
    switch (error) {
    case 0:
        return thrd_success;
    case EAGAIN:
    case ENOMEM:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

int thrd_create(thrd_t *thread, thrd_start_t start, void *arg)
{
    // A function that returns int leaves it in the register where others leave a
    // pointer; thrd_join looks at the int's half only.
    void *(*function)(void *) = (void *(*)(void *))(void (*)(void))start;
    return in_c11(create((pthread_t *)thread, NULL, function, arg));
}

int thrd_join(thrd_t thread, int *result)
{
    void *value;
    int error = pthread_join((pthread_t)thread, &value);
    if (error == 0 && result != NULL) {
        *result = (int)(intptr_t)value;
    }
    return in_c11(error);
}

int thrd_detach(thrd_t thread)
{
    return in_c11(pthread_detach((pthread_t)thread));
}

void thrd_exit(int result)
{
    pthread_exit((void *)(intptr_t)result);
}
