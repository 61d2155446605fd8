// SPDX-License-Identifier: MIT
// attrs_musl.h - what lies in a pthread_attr_t, beside musl. See attrs_musl.c.
//
//   offset  libc's object   here
//   0       56 bytes        stack          8    lowest byte, or NULL
//   8                       stack_size     8
//   16                      guard_size     8
//   24                      affinity       8    up to 64 CPUs; or the address of
//                                               more, in pages of their own
//   32                      sigmask        8    SIGMASK_SET: it counts
//   40                      affinity_size  4
//   44                      priority       4
//   48                      policy         2
//   50                      flags          2
#ifndef POSIX_ATTRS_MUSL_H
#define POSIX_ATTRS_MUSL_H

#include <stdint.h>
#include "posix.h"

enum { DETACHED = 1, EXPLICIT = 2 };    // flags
#define SIGMASK_SET ((uint64_t)1 << 31) // signal 32 is never blocked

struct overlay {
    char *stack;
    size_t stack_size, guard_size;
    union {
        unsigned char bytes[8];
        unsigned char *pages;
    } affinity;
    uint64_t sigmask;
    uint32_t affinity_size; // of the mask: at most 8 for bytes; 0: none
    int32_t priority;
    uint16_t policy, flags;
};
_Static_assert(sizeof(struct overlay) <= sizeof(pthread_attr_t), "overlay");

static inline struct overlay *overlay(pthread_attr_t *attr)
{
    return (struct overlay *)(void *)attr;
}

static inline const struct overlay *look(const pthread_attr_t *attr)
{
    return (const struct overlay *)(const void *)attr;
}

static inline const unsigned char *affinity(const struct overlay *o)
{
    return o->affinity_size > sizeof o->affinity.bytes ? o->affinity.pages
                                                       : o->affinity.bytes;
}

#endif
