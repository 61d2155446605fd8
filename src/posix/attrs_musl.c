// SPDX-License-Identifier: MIT
// attrs_musl.c - pthread_attr_t, beside musl: all but its masks (attrs_masks_musl.c).
// Read before: attrs_musl.h.
//
// musl has most of these functions itself. They are all here because one object of
// its archive holds many of them, and has to be left out as a whole, and because
// CPUs and signal masks are not in musl's.
#include <limits.h>
#include <sched.h>
#include <sys/mman.h>
#include "attrs_musl.h"
#include "stack.h"

// Guarded by nothing: who changes the defaults does it before there are threads.
static size_t default_stack, default_guard;

static size_t stack_by_default(void)
{
    return default_stack != 0 ? default_stack : weft__default_stack;
}

static size_t guard_by_default(void)
{
    return default_guard != 0 ? default_guard : weft__page_size;
}

int pthread_attr_init(pthread_attr_t *attr)
{
    *overlay(attr) = (struct overlay){.stack_size = stack_by_default(),
                                      .guard_size = guard_by_default()};
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    struct overlay *o = overlay(attr);
    if (o->affinity_size > sizeof o->affinity.bytes) {
        munmap(o->affinity.pages, o->affinity_size);
    }
    o->affinity_size = 0;
    return 0;
}

void weft__posix_read_attr(struct weft__posix_attr *to,
                           const pthread_attr_t *from)
{
    pthread_attr_t defaults;
    if (from == NULL) {
        pthread_attr_init(&defaults);
        from = &defaults;
    }
    const struct overlay *o = look(from);
    to->attr = (weft_attr){
        .stack_size =
            o->stack_size < WEFT_STACK_MIN ? WEFT_STACK_MIN : o->stack_size,
        .guard_size = o->guard_size != 0 ? o->guard_size : WEFT_NO_GUARD,
        .flags = (o->flags & DETACHED ? WEFT_DETACHED : 0) |
                 (o->flags & EXPLICIT ? WEFT_EXPLICIT_SCHED : 0),
        .policy = o->policy,
        .priority = o->priority,
        .affinity = o->affinity_size > 0 ? affinity(o) : NULL,
        .affinity_size = o->affinity_size,
        .sigmask = o->sigmask & SIGMASK_SET ? &to->sigmask : NULL,
    };
    to->sigmask = o->sigmask & ~SIGMASK_SET;
    to->given = (struct weft__given){.stack = o->stack};
    if (o->stack != NULL) {
        to->given.stack_size = o->stack_size;
        to->attr.stack_size = WEFT_STACK_MIN;
        to->attr.guard_size = WEFT_NO_GUARD;
    }
}

int weft__posix_write_attr(pthread_attr_t *to,
                           const struct weft__posix_attr *from)
{
    pthread_attr_init(to);
    struct overlay *o = overlay(to);
    o->stack = from->given.stack;
    o->stack_size = from->given.stack_size;
    o->guard_size = from->attr.guard_size;
    o->flags = from->attr.flags & WEFT_DETACHED ? DETACHED : 0;
    o->policy = (uint16_t)from->attr.policy;
    o->priority = from->attr.priority;
    return from->attr.affinity == NULL
               ? 0
               : pthread_attr_setaffinity_np(
                     to, from->attr.affinity_size,
                     (const cpu_set_t *)from->attr.affinity);
}

int pthread_getattr_default_np(pthread_attr_t *attr)
{
    return pthread_attr_init(attr);
}

int pthread_setattr_default_np(const pthread_attr_t *attr)
{
    const struct overlay *o = look(attr);
    if (o->stack != NULL || o->flags != 0 || o->stack_size > SIZE_MAX / 4 ||
        o->guard_size > SIZE_MAX / 4) {
        return EINVAL;
    }
    default_stack = o->stack_size;
    default_guard = o->guard_size;
    return 0;
}

// ---- stack ----

int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size)
{
    if (size < PTHREAD_STACK_MIN || size > SIZE_MAX / 4) {
        return EINVAL;
    }
    overlay(attr)->stack = stack;
    overlay(attr)->stack_size = size;
    return 0;
}

int pthread_attr_getstack(const pthread_attr_t *restrict attr,
                          void **restrict stack, size_t *restrict size)
{
    if (look(attr)->stack == NULL) {
        return EINVAL;
    }
    *stack = look(attr)->stack;
    *size = look(attr)->stack_size;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    if (size < PTHREAD_STACK_MIN || size > SIZE_MAX / 4) {
        return EINVAL;
    }
    overlay(attr)->stack = NULL;
    overlay(attr)->stack_size = size;
    return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *restrict attr,
                              size_t *restrict size)
{
    *size = look(attr)->stack_size;
    return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size)
{
    if (size > SIZE_MAX / 8) {
        return EINVAL;
    }
    overlay(attr)->guard_size = size;
    return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *restrict attr,
                              size_t *restrict size)
{
    *size = look(attr)->guard_size;
    return 0;
}

// ---- scheduling, and how it ends ----

static int set_flag(pthread_attr_t *attr, unsigned flag, int value)
{
    if (value != 0 && value != 1) {
        return EINVAL;
    }
    uint16_t flags = overlay(attr)->flags;
    overlay(attr)->flags = (uint16_t)(value ? flags | flag : flags & ~flag);
    return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
    return set_flag(attr, DETACHED, state);
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
    *state = look(attr)->flags & DETACHED ? PTHREAD_CREATE_DETACHED
                                          : PTHREAD_CREATE_JOINABLE;
    return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attr, int inherit)
{
    return set_flag(attr, EXPLICIT, inherit);
}

int pthread_attr_getinheritsched(const pthread_attr_t *restrict attr,
                                 int *restrict inherit)
{
    *inherit = look(attr)->flags & EXPLICIT ? PTHREAD_EXPLICIT_SCHED
                                            : PTHREAD_INHERIT_SCHED;
    return 0;
}

int pthread_attr_setschedpolicy(pthread_attr_t *attr, int policy)
{
    if (policy != SCHED_OTHER && policy != SCHED_FIFO && policy != SCHED_RR &&
        policy != SCHED_BATCH && policy != SCHED_IDLE) {
        return EINVAL;
    }
    overlay(attr)->policy = (uint16_t)policy;
    return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *restrict attr,
                                int *restrict policy)
{
    *policy = look(attr)->policy;
    return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *restrict attr,
                               const struct sched_param *restrict param)
{
    // The policy may yet change: what no policy has is refused here, the rest by
    // pthread_create.
    if (param->sched_priority < 0 || param->sched_priority > 99) {
        return EINVAL;
    }
    overlay(attr)->priority = param->sched_priority;
    return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *restrict attr,
                               struct sched_param *restrict param)
{
    param->sched_priority = look(attr)->priority;
    return 0;
}

int pthread_attr_setscope(pthread_attr_t *attr, int scope)
{
    (void)attr;
    return scope == PTHREAD_SCOPE_SYSTEM    ? 0
           : scope == PTHREAD_SCOPE_PROCESS ? ENOTSUP
                                            : EINVAL;
}

int pthread_attr_getscope(const pthread_attr_t *restrict attr,
                          int *restrict scope)
{
    (void)attr;
    *scope = PTHREAD_SCOPE_SYSTEM;
    return 0;
}
