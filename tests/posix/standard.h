// SPDX-License-Identifier: MIT
// standard.h - what the programs of this directory share.
//
// They are written to POSIX, C11 and C++ alone, and know nothing of Weft: each is
// linked with the drop-in of each libc, and once with the libc's own threads, to
// see that what it expects is what the standards say.
#ifndef STANDARD_H
#define STANDARD_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Where the libc's own threads are not quite what the standard says.
#ifdef WEFT
#define STOCK 0
#else
#define STOCK 1
#endif

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            dprintf(2, "%s:%d: %s\n", __FILE__, __LINE__, #condition);         \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

#define CHECK_EQ(a, b)                                                         \
    do {                                                                       \
        long check_a = (long)(a), check_b = (long)(b);                         \
        if (check_a != check_b) {                                              \
            dprintf(2, "%s:%d: %s is %ld, %s is %ld\n", __FILE__, __LINE__,    \
                    #a, check_a, #b, check_b);                                 \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

// The time on a clock, and milliseconds more (or less) than that.
static inline struct timespec after(clockid_t clock, long milliseconds)
{
    struct timespec t;
    clock_gettime(clock, &t);
    long ns = t.tv_nsec + milliseconds % 1000 * 1000000;
    t.tv_sec += milliseconds / 1000 + (ns < 0 ? -1 : ns / 1000000000);
    t.tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
    return t;
}

// Whether the kernel has put that thread to sleep, or it is gone.
static inline int is_asleep(int tid)
{
    char text[200] = "";
    snprintf(text, sizeof text, "/proc/self/task/%d/stat", tid);
    FILE *stat = fopen(text, "r");
    if (stat == NULL) {
        return 1;
    }
    size_t size = fread(text, 1, sizeof text - 1, stat);
    fclose(stat);
    text[size] = '\0';
    const char *end = strrchr(text, ')');
    return end != NULL && end[2] == 'S';
}

#endif
