// SPDX-License-Identifier: MIT
// hosts: glibc
// memory.c - what glibc allocates for a thread is free again after its end.
//
// Each thread makes glibc allocate on its behalf: a cache of malloc's, the vector of
// its thread-local storage. After a thousand threads malloc holds no more than
// after the first hundred; and the same for threads that are never joined, and for
// those whose creation is refused. Without the calls at a thread's end it is some
// hundred bytes for each.
#include <malloc.h>
#include "hosted.h"

enum { FIRST = 100, SLACK = 16384 };

static void *allocate(void *arg)
{
    for (size_t size = 8; size < 1024; size += 16) {
        free(malloc(size));
    }
    return arg;
}

static void run(int count, int detached)
{
    const weft_attr attr = {.flags = detached ? WEFT_DETACHED : 0};
    for (int i = 0; i < count; i++) {
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, &attr, allocate, NULL), 0);
        while (detached && weft_tid(thread) != 0) {
            weft_yield();
        }
        CHECK_EQ(weft_join(thread, NULL), detached ? WEFT_ESRCH : 0);
    }
}

// The child is born, and may not have the processors it should run on: none.
static void be_refused(int count)
{
    const uint64_t none[16] = {0};
    const weft_attr attr = {.affinity = none, .affinity_size = sizeof none};
    for (int i = 0; i < count; i++) {
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, &attr, allocate, NULL), WEFT_EINVAL);
    }
}

static size_t in_use(void)
{
    return mallinfo2().uordblks;
}

int main(int argc, char **argv)
{
    int many = (int)number(argc, argv, 1, 1000);
    run(FIRST, 0);
    run(FIRST, 1);
    size_t before = in_use();
    run(many, 0);
    run(many, 1);
    be_refused(many);
    size_t after = in_use();
    printf("%zu bytes before, %zu after\n", before, after);
    CHECK(after < before + SLACK);
    return 0;
}
