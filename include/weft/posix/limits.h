// SPDX-License-Identifier: MIT
// weft/posix/limits.h - <limits.h> of musl, with the limits that are Weft's.
#include_next <limits.h>

#ifndef WEFT_POSIX_LIMITS_H
#define WEFT_POSIX_LIMITS_H

#ifdef PTHREAD_KEYS_MAX
#undef PTHREAD_KEYS_MAX
#define PTHREAD_KEYS_MAX 1024
#endif

// What pthread_attr_setstack accepts, where a signal frame is no larger than 6 KiB.
#ifdef PTHREAD_STACK_MIN
#undef PTHREAD_STACK_MIN
#define PTHREAD_STACK_MIN 8192
#endif

#endif
