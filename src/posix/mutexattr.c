// SPDX-License-Identifier: MIT
// mutexattr.c - pthread_mutex_init: what a pthread_mutexattr_t asks for.
// Read before: mutex.c.
//
// The attributes are read by their public functions: beside glibc these are the
// libc's own, beside musl those of attrs_musl.c.
#include "posix.h"
#include "posix_mutex.h"

int pthread_mutex_init(pthread_mutex_t *restrict mutex,
                       const pthread_mutexattr_t *restrict attr)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    if (attr == NULL) {
        return weft__posix_mutex_init(m, PTHREAD_MUTEX_DEFAULT, 0, 0);
    }
    int kind = 0, shared = 0, robust = 0, protocol = 0, ceiling = 0;
    pthread_mutexattr_gettype(attr, &kind);
    pthread_mutexattr_getpshared(attr, &shared);
    pthread_mutexattr_getrobust(attr, &robust);
    pthread_mutexattr_getprotocol(attr, &protocol);
    pthread_mutexattr_getprioceiling(attr, &ceiling);
    uint32_t flags = 0;
    if (shared == PTHREAD_PROCESS_SHARED) {
        flags |= WEFT_SHARED;
    }
    if (robust == PTHREAD_MUTEX_ROBUST) {
        flags |= WEFT_ROBUST;
    }
    if (protocol == PTHREAD_PRIO_INHERIT) {
        flags |= WEFT_PRIO_INHERIT;
    } else if (protocol == PTHREAD_PRIO_PROTECT) {
        flags |= WEFT_PRIO_PROTECT;
    }
    return weft__posix_mutex_init(m, kind, flags, ceiling < 1 ? 1 : ceiling);
}
TWIN(pthread_mutex_init, __pthread_mutex_init);
