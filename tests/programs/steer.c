// SPDX-License-Identifier: MIT
// steer.c - names, CPUs and scheduling of threads that run.
//
//     steer name|affinity|sched|ended
//
// Each is set and read back by the thread itself, by another one, and by main,
// and the kernel agrees; an ended thread that was not joined yet is WEFT_ESRCH,
// and so is a detached one. Calls that use the tid of such a thread would reach
// whoever has it now, or the caller itself, since the kernel takes 0 for that.
#include "support_sched.h"

static int may_end;

static void *wait_for_leave(void *arg)
{
    until_equal(&may_end, 1);
    return arg;
}

static weft_thread bystander; // nothing may happen to it

static void names_of(weft_thread t)
{
    char name[WEFT_NAME_MAX];
    CHECK_EQ(weft_set_name(t, "fifteen-letters"), 0);
    CHECK_EQ(weft_get_name(t, name, sizeof name), 0);
    CHECK(same_text(name, "fifteen-letters"));
    CHECK_EQ(weft_set_name(t, "sixteen-letters!"), WEFT_EINVAL);
    CHECK_EQ(weft_set_name(t, NULL), WEFT_EINVAL);
    CHECK_EQ(weft_get_name(t, name, 15), WEFT_ERANGE);
    CHECK_EQ(weft_get_name(t, name, 0), WEFT_ERANGE);
    CHECK_EQ(weft_get_name(t, NULL, 16), WEFT_EINVAL);
    CHECK_EQ(weft_set_name(t, "short"), 0);
    CHECK_EQ(weft_get_name(t, name, 6), 0);
    CHECK(same_text(name, "short"));
    CHECK_EQ(weft_get_name(t, name, 5), WEFT_ERANGE);
    CHECK_EQ(weft_set_name(t, ""), 0);
    CHECK_EQ(weft_get_name(t, name, sizeof name), 0);
    CHECK(same_text(name, ""));
    CHECK_EQ(weft_get_name(bystander, name, sizeof name), 0);
    CHECK(same_text(name, "bystander"));
}

static void cpus_of(weft_thread t)
{
    unsigned char all[128], got[128], none[128] = {0};
    CHECK_EQ(weft_get_affinity(t, all, sizeof all), 0);
    for (int cpu = 0; cpu < 1024; cpu++) {
        unsigned char one[128] = {0};
        one[cpu / 8] = (unsigned char)(1 << cpu % 8);
        if (all[cpu / 8] & one[cpu / 8]) {
            CHECK_EQ(weft_set_affinity(t, one, sizeof one), 0);
            CHECK_EQ(weft_get_affinity(t, got, sizeof got), 0);
            for (int i = 0; i < 128; i++) {
                CHECK_EQ(got[i], one[i]);
            }
        }
    }
    CHECK_EQ(weft_set_affinity(t, none, sizeof none), WEFT_EINVAL);
    CHECK_EQ(weft_set_affinity(t, NULL, 8), WEFT_EINVAL);
    CHECK_EQ(weft_get_affinity(t, NULL, 8), WEFT_EINVAL);
    CHECK_EQ(weft_set_affinity(t, all, sizeof all), 0);
    CHECK_EQ(weft_get_affinity(bystander, got, sizeof got), 0);
    for (int i = 0; i < 128; i++) {
        CHECK_EQ(got[i], all[i]);
    }
}

static int fifo; // whether it is permitted

static void scheduling_of(weft_thread t)
{
    static const int settings[][2] = {
        {SCHED_FIFO, 7}, {SCHED_RR, 99}, {SCHED_BATCH, 0}, {SCHED_NORMAL, 0}};
    int policy, priority;
    for (int i = fifo ? 0 : 2; i < 4; i++) {
        CHECK_EQ(weft_set_sched(t, settings[i][0], settings[i][1]), 0);
        CHECK_EQ(weft_get_sched(t, &policy, &priority), 0);
        CHECK_EQ(policy, settings[i][0]);
        CHECK_EQ(priority, settings[i][1]);
    }
    CHECK_EQ(weft_get_sched(t, NULL, NULL), 0);
    if (!fifo) {
        CHECK_EQ(weft_set_sched(t, SCHED_FIFO, 1), WEFT_EPERM);
    }
    CHECK_EQ(weft_set_sched(t, SCHED_FIFO, 0), WEFT_EINVAL);
    CHECK_EQ(weft_set_sched(t, SCHED_FIFO, 100), WEFT_EINVAL);
    CHECK_EQ(weft_set_sched(t, 4711, 0), WEFT_EINVAL);
    CHECK_EQ(weft_get_sched(bystander, &policy, &priority), 0);
    CHECK_EQ(policy, SCHED_NORMAL);
}

static void (*steer)(weft_thread t);

static void *steer_myself(void *arg)
{
    steer(weft_self());
    return arg;
}

static void *steer_other(void *arg)
{
    steer(*(weft_thread *)arg);
    return arg;
}

static void check_ended(weft_thread t)
{
    unsigned char mask[128] = {0xff};
    char name[WEFT_NAME_MAX];
    CHECK_EQ(weft_set_name(t, "nobody"), WEFT_ESRCH);
    CHECK_EQ(weft_get_name(t, name, sizeof name), WEFT_ESRCH);
    CHECK_EQ(weft_set_affinity(t, mask, sizeof mask), WEFT_ESRCH);
    CHECK_EQ(weft_get_affinity(t, mask, sizeof mask), WEFT_ESRCH);
    CHECK_EQ(weft_set_sched(t, SCHED_BATCH, 0), WEFT_ESRCH);
    CHECK_EQ(weft_get_sched(t, NULL, NULL), WEFT_ESRCH);
}

static void steer_the_ended(void)
{
    char name[WEFT_NAME_MAX];
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, wait_for_leave, NULL), 0);
    CHECK_EQ(weft_set_name(weft_self(), "main"), 0);
    set_word(&may_end, 1);
    while (weft_tid(thread) != 0) {
        weft_yield();
    }
    check_ended(thread);
    CHECK_EQ(weft_join(thread, NULL), 0);
    check_ended(thread);
    CHECK_EQ(weft_get_name(weft_self(), name, sizeof name), 0);
    CHECK(same_text(name, "main"));
}

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr named = {.name = "bystander"};
    weft_thread other, busy;
    (void)envp;
    if (is_case(argc, argv, "ended")) {
        steer_the_ended();
        return 0;
    }
    fifo = may_use_fifo();
    steer = is_case(argc, argv, "name")       ? names_of
            : is_case(argc, argv, "affinity") ? cpus_of
                                              : scheduling_of;
    CHECK(steer != scheduling_of || is_case(argc, argv, "sched"));
    CHECK_EQ(weft_create(&bystander, &named, wait_for_leave, NULL), 0);
    CHECK_EQ(weft_create(&other, NULL, wait_for_leave, NULL), 0);
    steer(weft_self());
    steer(other);
    CHECK_EQ(weft_create(&busy, NULL, steer_myself, NULL), 0);
    CHECK_EQ(weft_join(busy, NULL), 0);
    CHECK_EQ(weft_create(&busy, NULL, steer_other, &other), 0);
    CHECK_EQ(weft_join(busy, NULL), 0);
    set_word(&may_end, 1);
    CHECK_EQ(weft_join(other, NULL), 0);
    CHECK_EQ(weft_join(bystander, NULL), 0);
    return 0;
}
