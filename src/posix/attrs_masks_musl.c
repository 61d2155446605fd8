// SPDX-License-Identifier: MIT
// attrs_masks_musl.c - the CPUs and the signal mask of a pthread_attr_t, beside musl,
// which has neither.
// Read before: attrs_musl.h.
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include "attrs_musl.h"

int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t size,
                                const cpu_set_t *cpus)
{
    const unsigned char *bytes = (const unsigned char *)cpus;
    struct overlay *o = overlay(attr);
    if (bytes == NULL) {
        size = 0;
    }
    size_t used = size;
    while (used > sizeof o->affinity.bytes && bytes[used - 1] == 0) {
        used--; // the kernel fills what is missing with zeroes
    }
    unsigned char *copy = o->affinity.bytes;
    if (used > sizeof o->affinity.bytes) {
        copy = used > UINT32_MAX ? MAP_FAILED
                                 : mmap(NULL, used, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (copy == MAP_FAILED) {
            return ENOMEM;
        }
    }
    pthread_attr_destroy(attr);
    if (used > 0) {
        memcpy(copy, bytes, used);
    }
    if (copy != o->affinity.bytes) {
        o->affinity.pages = copy;
    }
    o->affinity_size = (uint32_t)used;
    return 0;
}

int pthread_attr_getaffinity_np(const pthread_attr_t *attr, size_t size,
                                cpu_set_t *cpus)
{
    const struct overlay *o = look(attr);
    if (o->affinity_size == 0) {
        memset(cpus, 0xff, size); // all of them
        return 0;
    }
    const unsigned char *bytes = affinity(o);
    for (size_t i = size; i < o->affinity_size; i++) {
        if (bytes[i] != 0) {
            return EINVAL; // they do not fit
        }
    }
    memset(cpus, 0, size);
    memcpy(cpus, bytes, size < o->affinity_size ? size : o->affinity_size);
    return 0;
}

int pthread_attr_setsigmask_np(pthread_attr_t *attr, const sigset_t *mask)
{
    uint64_t bits = 0;
    if (mask != NULL) {
        memcpy(&bits, mask, sizeof bits);
        bits &= ~(SIGMASK_SET * 7); // nor are 33 and 34
        bits |= SIGMASK_SET;
    }
    overlay(attr)->sigmask = bits;
    return 0;
}

int pthread_attr_getsigmask_np(const pthread_attr_t *attr, sigset_t *mask)
{
    uint64_t bits = look(attr)->sigmask;
    int set = (bits & SIGMASK_SET) != 0;
    sigemptyset(mask);
    bits &= ~SIGMASK_SET;
    memcpy(mask, &bits, sizeof bits);
    return set ? 0 : PTHREAD_ATTR_NO_SIGMASK_NP;
}
