// SPDX-License-Identifier: MIT
// weft/posix/unistd.h - <unistd.h> of musl, and the options of POSIX that are there
// beside Weft: sched_setscheduler and its kin work, and so do protocols of mutexes.
#include_next <unistd.h>

#ifndef WEFT_POSIX_UNISTD_H
#define WEFT_POSIX_UNISTD_H

#define _POSIX_PRIORITY_SCHEDULING _POSIX_VERSION
#define _POSIX_THREAD_PRIO_INHERIT _POSIX_VERSION
#define _POSIX_THREAD_PRIO_PROTECT _POSIX_VERSION

#endif
