// SPDX-License-Identifier: MIT
// misuse.c - what must not be done with handles is an error, never more.
//
//     misuse create|gone|detached|self|double|garbage [SEED]
//
// Each call that takes a handle is tried on each kind of wrong one. A library
// that believes its callers would crash, hang, or act on somebody else.
#include "support.h"

static void *nothing(void *arg)
{
    return arg;
}

static int may_end;

static void *wait_for_leave(void *arg)
{
    until_equal(&may_end, 1);
    return arg;
}

// All calls say that there is no such thread.
static void check_gone(weft_thread t)
{
    unsigned char mask[128];
    char name[WEFT_NAME_MAX];
    CHECK_EQ(weft_join(t, NULL), WEFT_ESRCH);
    CHECK_EQ(weft_tryjoin(t, NULL), WEFT_ESRCH);
    CHECK_EQ(weft_join_until(t, NULL, 0), WEFT_ESRCH);
    CHECK_EQ(weft_join_for(t, NULL, WEFT_FOREVER), WEFT_ESRCH);
    CHECK_EQ(weft_detach(t), WEFT_ESRCH);
    CHECK_EQ(weft_kill(t, 0), WEFT_ESRCH);
    CHECK_EQ(weft_kill(t, SIGKILL), WEFT_ESRCH);
    CHECK_EQ(weft_cancel(t), WEFT_ESRCH);
    CHECK_EQ(weft_tid(t), 0);
    CHECK_EQ(weft_set_name(t, "nobody"), WEFT_ESRCH);
    CHECK_EQ(weft_get_name(t, name, sizeof name), WEFT_ESRCH);
    CHECK_EQ(weft_get_affinity(t, mask, sizeof mask), WEFT_ESRCH);
    CHECK_EQ(weft_set_affinity(t, mask, sizeof mask), WEFT_ESRCH);
    CHECK_EQ(weft_set_sched(t, 0, 0), WEFT_ESRCH);
    CHECK_EQ(weft_get_sched(t, NULL, NULL), WEFT_ESRCH);
}

static void create_badly(void)
{
    weft_thread t = 1;
    CHECK_EQ(weft_create(NULL, NULL, nothing, NULL), WEFT_EINVAL);
    CHECK_EQ(weft_create(&t, NULL, NULL, NULL), WEFT_EINVAL);
    CHECK_EQ(t, 0);
}

// Joined; detached and ended; and with its record in use by somebody else.
static void use_stale_handles(void)
{
    const weft_attr attr = {.flags = WEFT_DETACHED};
    weft_thread joined, detached, successors[2];
    CHECK_EQ(weft_create(&joined, NULL, nothing, NULL), 0);
    CHECK_EQ(weft_create(&detached, &attr, nothing, NULL), 0);
    CHECK_EQ(weft_join(joined, NULL), 0);
    while (weft_tid(detached) != 0) {
        weft_yield();
    }
    check_gone(joined);
    check_gone(detached);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(weft_create(&successors[i], NULL, wait_for_leave, NULL), 0);
    }
    check_gone(joined);
    check_gone(detached);
    set_word(&may_end, 1);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(weft_join(successors[i], NULL), 0);
    }
}

static void use_detached(void)
{
    const weft_attr attr = {.flags = WEFT_DETACHED};
    weft_thread born, made;
    CHECK_EQ(weft_create(&born, &attr, wait_for_leave, NULL), 0);
    CHECK_EQ(weft_create(&made, NULL, wait_for_leave, NULL), 0);
    CHECK_EQ(weft_detach(made), 0);
    for (int i = 0; i < 2; i++) {
        weft_thread t = i == 0 ? born : made;
        CHECK_EQ(weft_join(t, NULL), WEFT_EINVAL);
        CHECK_EQ(weft_tryjoin(t, NULL), WEFT_EINVAL);
        CHECK_EQ(weft_join_until(t, NULL, 0), WEFT_EINVAL);
        CHECK_EQ(weft_detach(t), WEFT_EINVAL);
        CHECK_EQ(weft_kill(t, 0), 0);
    }
    set_word(&may_end, 1);
}

static void *use_myself(void *arg)
{
    weft_thread self = weft_self();
    CHECK_EQ(weft_join(self, NULL), WEFT_EDEADLK);
    CHECK_EQ(weft_tryjoin(self, NULL), WEFT_EDEADLK);
    CHECK_EQ(weft_join_until(self, NULL, 0), WEFT_EDEADLK);
    CHECK_EQ(weft_join_for(self, NULL, 1000000), WEFT_EDEADLK);
    return arg;
}

static weft_thread target;
static int joiner_tid;

static void *join_target(void *arg)
{
    set_word(&joiner_tid, weft_tid(weft_self()));
    CHECK_EQ(weft_join(target, NULL), 0);
    return arg;
}

static void until_joiner_sleeps(void)
{
    while (__atomic_load_n(&joiner_tid, __ATOMIC_ACQUIRE) == 0) {
        weft_yield();
    }
    until_asleep(joiner_tid);
}

static void join_twice(void)
{
    weft_thread first;
    CHECK_EQ(weft_create(&target, NULL, wait_for_leave, NULL), 0);
    CHECK_EQ(weft_create(&first, NULL, join_target, NULL), 0);
    until_joiner_sleeps();
    CHECK_EQ(weft_join(target, NULL), WEFT_EINVAL);
    CHECK_EQ(weft_tryjoin(target, NULL), WEFT_EINVAL);
    CHECK_EQ(weft_join_for(target, NULL, 1000000), WEFT_EINVAL);
    CHECK_EQ(weft_detach(target), WEFT_EINVAL);
    set_word(&may_end, 1);
    CHECK_EQ(weft_join(first, NULL), 0);
    CHECK_EQ(weft_join(target, NULL), WEFT_ESRCH);
}

// Handles that were never given out.
static void use_garbage(int argc, char **argv)
{
    uint64_t state = random_start(argc, argv, 2);
    static const weft_thread odd[] = {
        0,           1,          31,          UINT32_MAX,  (weft_thread)1 << 32,
        UINT64_MAX,  0xffffffe0, 0x1ffffffdf, 0x1ffffffe0, 0x7fffffff00000000,
        0x103ffffff,
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        if (odd[i] != weft_self()) { // main's is one of the simple ones
            check_gone(odd[i]);
        }
    }
    for (int i = 0; i < 2000; i++) {
        // Of all sizes, and most often near handles that exist.
        weft_thread t = random_next(&state) >> random_below(&state, 64);
        t ^= random_below(&state, 2) ? weft_self() : 0;
        if (t != weft_self()) {
            check_gone(t);
        }
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "create")) {
        create_badly();
    } else if (is_case(argc, argv, "gone")) {
        use_stale_handles();
    } else if (is_case(argc, argv, "detached")) {
        use_detached();
    } else if (is_case(argc, argv, "self")) {
        weft_thread t;
        use_myself(NULL);
        CHECK_EQ(weft_create(&t, NULL, use_myself, NULL), 0);
        CHECK_EQ(weft_join(t, NULL), 0);
    } else if (is_case(argc, argv, "double")) {
        join_twice();
    } else if (is_case(argc, argv, "garbage")) {
        use_garbage(argc, argv);
    } else {
        CHECK(!"create, gone, detached, self, double or garbage");
    }
    return 0;
}
