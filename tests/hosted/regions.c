// SPDX-License-Identifier: MIT
// hosts: musl glibc
// regions.c - a region of WEFT_STACK serves a thread beside a libc.
//
// What a libc keeps for a thread is carved from the top of it, and the program's
// thread-local variables, here a KiB. What was asked for has to be left. Where the
// processor's signal frames do not fit into that (SVE), it is refused.
#include <sys/auxv.h>
#include "hosted.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum { SIZE = 8192, SLACK = 512 };

static _Thread_local char variables[1024];

WEFT_STACK(region, SIZE);

static void *use(void *arg)
{
    char here;
    size_t room = (size_t)(&here - (const char *)region);
    volatile char *frame = __builtin_alloca(SIZE - 2 * SLACK);
    CHECK(room >= SIZE - SLACK);
    frame[0] = 1;
    for (size_t i = 0; i < sizeof variables; i++) {
        CHECK_EQ(variables[i], 0);
        variables[i] = 1;
    }
    return arg;
}

int main(void)
{
    const weft_attr attr = {.stack = region, .stack_size = sizeof region};
    const int may_be_too_small = getauxval(AT_MINSIGSTKSZ) > SIZE / 2;
    for (int i = 0; i < 3; i++) {
        weft_thread thread;
        int error = weft_create(&thread, &attr, use, NULL);
        if (may_be_too_small && error == WEFT_EINVAL) {
            return 0;
        }
        CHECK_EQ(error, 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
    return 0;
}
