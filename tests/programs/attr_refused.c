// SPDX-License-Identifier: MIT
// attr_refused.c - a creation that is refused leaves nothing behind.
//
//     attr_refused fifo|affinity|policy|priority|name|flags|stack ROUNDS
//
// Whether this library refuses or the kernel does, weft_create says why, *out is
// 0, no user code has run, no thread, mapping or record is left, and the caller's
// region is free. Then a creation that is all right works. A library that applies
// attributes from outside leaves a running thread behind; one that forgets what
// it took grows with the rounds.
#include "support_memory.h"

enum { SIZE = 32 * 1024 };

static int ran;

static void *start(void *arg)
{
    __atomic_fetch_add(&ran, 1, __ATOMIC_RELAXED);
    return arg;
}

static void check_refused(const weft_attr *attr, int error)
{
    weft_thread thread = 1;
    CHECK_EQ(weft_create(&thread, attr, start, NULL), error);
    CHECK_EQ(thread, 0);
    CHECK_EQ(ran, 0);
}

// On the library's memory, and on a region that is taken away at once.
static void check_everywhere(weft_attr attr, int error)
{
    check_refused(&attr, error);
    attr.flags ^= WEFT_DETACHED;
    check_refused(&attr, error);
    attr.stack = map_region(SIZE);
    attr.stack_size = SIZE;
    check_refused(&attr, error);
    unmap_region(attr.stack, SIZE);
}

static const unsigned char no_cpu[128];
static const unsigned char far_cpu[128] = {[127] = 0x80}; // number 1023

static void refuse(const char *what)
{
    weft_attr attr = {.flags = WEFT_EXPLICIT_SCHED};
    if (same_text(what, "fifo")) {
        attr.policy = SCHED_FIFO;
        attr.priority = 1;
        check_everywhere(attr, WEFT_EPERM); // see weft_main
    } else if (same_text(what, "affinity")) {
        attr.flags = 0;
        attr.affinity = no_cpu;
        attr.affinity_size = sizeof no_cpu;
        check_everywhere(attr, WEFT_EINVAL);
        attr.affinity = far_cpu;
        check_everywhere(attr, WEFT_EINVAL);
        attr.affinity_size = 0;
        check_everywhere(attr, WEFT_EINVAL);
    } else if (same_text(what, "policy")) {
        attr.policy = 4711;
        check_everywhere(attr, WEFT_EINVAL);
    } else if (same_text(what, "priority")) {
        attr.policy = SCHED_FIFO;
        attr.priority = 100;
        check_everywhere(attr, WEFT_EINVAL);
        attr.policy = SCHED_NORMAL;
        attr.priority = 1;
        check_everywhere(attr, WEFT_EINVAL);
    } else if (same_text(what, "name")) {
        attr = (weft_attr){.name = "sixteen letters!"};
        check_everywhere(attr, WEFT_EINVAL);
    } else if (same_text(what, "flags")) {
        for (int bit = 2; bit < 32; bit++) {
            attr.flags = (uint32_t)1 << bit;
            check_everywhere(attr, WEFT_EINVAL);
        }
    } else {
        CHECK(same_text(what, "stack"));
        size_t least = weft_stack_overhead() + WEFT_STACK_MIN;
        static const char region[1];
        for (size_t size = 1; size < WEFT_STACK_MIN; size += 61) {
            attr = (weft_attr){.stack_size = size};
            check_refused(&attr, WEFT_EINVAL);
        }
        for (size_t size = 0; size < least; size += 61) {
            attr = (weft_attr){.stack_size = size, .stack = (void *)region};
            check_refused(&attr, WEFT_EINVAL);
        }
        attr = (weft_attr){.stack_size = SIZE_MAX};
        check_refused(&attr, WEFT_ENOMEM);
        attr = (weft_attr){.guard_size = SIZE_MAX - 1};
        check_refused(&attr, WEFT_ENOMEM);
        attr =
            (weft_attr){.stack_size = SIZE_MAX - 64, .stack = (void *)region};
        check_refused(&attr, WEFT_EINVAL);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread thread;
    long threads = thread_count(); // an emulator may have some of its own
    (void)envp;
    CHECK(argc > 1);
    if (is_case(argc, argv, "fifo")) {
        uint64_t none[2] = {0, 0}; // what even nobody may have: RLIMIT_RTPRIO
        CHECK_EQ(sys(__NR_prlimit64, 0, 14, none, NULL), 0);
        drop_privileges();
    }
    refuse(argv[1]); // once, for what is kept
    long maps = maps_count();
    for (int64_t i = arg_number(argc, argv, 2, 100); i > 0; i--) {
        refuse(argv[1]);
    }
    CHECK(maps_count() <= maps);
    CHECK_EQ(weft_create(&thread, NULL, start, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    CHECK_EQ(ran, 1);
    while (thread_count() > threads) { // the kernel may lag behind a join
        weft_yield();
    }
    return 0;
}
