// SPDX-License-Identifier: MIT
// attrs_musl.c - pthread_attr_t, beside musl: all but its masks (attrs_masks_musl.c).
// Read before: attrs_musl.h.
//
// musl has most of these functions itself. They are all here because one object of
// its archive holds many of them, and has to be left out as a whole, and because
// CPUs and signal masks are not in musl's.
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include "attrs_musl.h"
#include "stack.h"

enum { MUSL_STACK_MIN = 2048 };

// What pthread_setattr_default_np has set. Guarded by nothing: who changes it does so
// before there are threads, or some of them are born with a part of it.
static struct {
    int set; // the sizes count
    size_t stack_size, guard_size;
    uint64_t sigmask; // as in an overlay
    size_t affinity_size;
    unsigned char affinity[sizeof((struct weft__posix_attr *)0)->affinity];
} defaults;

static size_t stack_by_default(void)
{
    return defaults.set ? defaults.stack_size : weft__default_stack;
}

static size_t guard_by_default(void)
{
    return defaults.set ? defaults.guard_size : weft__page_size;
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

static void take_sigmask(struct weft__posix_attr *to, uint64_t sigmask)
{
    to->sigmask = sigmask & ~SIGMASK_SET;
    to->attr.sigmask = sigmask & SIGMASK_SET ? &to->sigmask : NULL;
}

static int read_defaults(struct weft__posix_attr *to)
{
    to->attr = (weft_attr){.flags = 0};
    to->given = (struct weft__given){.stack = NULL};
    take_sigmask(to, defaults.sigmask);
    if (defaults.affinity_size != 0) {
        to->attr.affinity = defaults.affinity;
        to->attr.affinity_size = defaults.affinity_size;
    }
    return weft__posix_set_sizes(to, stack_by_default(), guard_by_default());
}

int weft__posix_read_attr(struct weft__posix_attr *to,
                          const pthread_attr_t *from)
{
    if (from == NULL) {
        return read_defaults(to);
    }
    const struct overlay *o = look(from);
    to->attr = (weft_attr){
        .flags = (o->flags & DETACHED ? WEFT_DETACHED : 0) |
                 (o->flags & EXPLICIT ? WEFT_EXPLICIT_SCHED : 0),
        .policy = o->policy,
        .priority = o->priority,
        .affinity = o->affinity_size > 0 ? affinity(o) : NULL,
        .affinity_size = o->affinity_size,
    };
    take_sigmask(to, o->sigmask);
    to->given = (struct weft__given){.stack = o->stack};
    if (o->stack == NULL) {
        return weft__posix_set_sizes(to, o->stack_size, o->guard_size);
    }
    to->given.stack_size = o->stack_size;
    to->attr.stack_size = WEFT_STACK_MIN;
    to->attr.guard_size = WEFT_NO_GUARD;
    return 0;
}

int weft__posix_write_attr(pthread_attr_t *to,
                           const struct weft__posix_attr *from)
{
    pthread_attr_init(to);
    struct overlay *o = overlay(to);
    o->stack = from->given.stack;
    o->stack_size = from->given.stack_size;
    o->guard_size = from->attr.guard_size;
    o->flags =
        (uint16_t)((from->attr.flags & WEFT_DETACHED ? DETACHED : 0) |
                   (from->attr.flags & WEFT_EXPLICIT_SCHED ? EXPLICIT : 0));
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
    pthread_attr_init(attr);
    overlay(attr)->sigmask = defaults.sigmask;
    return defaults.affinity_size == 0
               ? 0
               : pthread_attr_setaffinity_np(
                     attr, defaults.affinity_size,
                     (const cpu_set_t *)(const void *)defaults.affinity);
}

// As musl's: neither a stack's place nor scheduling and how a thread ends. CPUs and
// the signal mask, which musl does not have, are as beside glibc.
int pthread_setattr_default_np(const pthread_attr_t *attr)
{
    const struct overlay *o = look(attr);
    if (o->stack != NULL || o->flags != 0 || o->policy != 0 ||
        o->priority != 0 || o->stack_size > SIZE_MAX / 4 ||
        o->guard_size > SIZE_MAX / 4 ||
        o->affinity_size > sizeof defaults.affinity) {
        return EINVAL;
    }
    defaults.set = 1;
    defaults.stack_size = o->stack_size;
    defaults.guard_size = o->guard_size;
    defaults.sigmask = o->sigmask;
    defaults.affinity_size = o->affinity_size;
    memcpy(defaults.affinity, affinity(o), o->affinity_size);
    return 0;
}

// ---- stack ----

int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size)
{
    if (size < weft__least_stack() || size > SIZE_MAX / 4) {
        return EINVAL; // a signal's frame would lie below it
    }
    overlay(attr)->stack = stack;
    overlay(attr)->stack_size = size;
    return 0;
}

int pthread_attr_getstack(const pthread_attr_t *restrict attr,
                          void **restrict stack, size_t *restrict size)
{
    *stack = look(attr)->stack;
    *size = look(attr)->stack_size;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    // Objects that were compiled with musl's own header know another least size.
    if ((size < PTHREAD_STACK_MIN && size != MUSL_STACK_MIN) ||
        size > SIZE_MAX / 4) {
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
