// SPDX-License-Identifier: MIT
// circle_broken.c - a circle of joins is one only if nobody in it is about to go.
//
//     circle_broken cancelled   main joins a thread that joins main, but was cancelled
//     circle_broken disabled    was cancelled, but has cancellation disabled
//     circle_broken timed       joins main, but not for ever
//
// Told of a circle where there is none, a program could not wait for a thread that it
// has cancelled; not told where there is one, it would wait for ever.
#include "support.h"

static weft_thread main_thread;
static int step, tid;

static void *joins_main(void *unused)
{
    set_word(&tid, (int)sys(__NR_gettid));
    CHECK_EQ(weft_join(main_thread, NULL), 0);
    return unused;
}

static void *joins_main_disabled(void *unused)
{
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
    return joins_main(unused);
}

static void *joins_main_in_time(void *unused)
{
    set_word(&tid, (int)sys(__NR_gettid));
    CHECK_EQ(weft_join_for(main_thread, NULL, 200000000), WEFT_ETIMEDOUT);
    return unused;
}

static weft_thread create(void *(*start)(void *))
{
    weft_thread t;
    main_thread = weft_self();
    set_word(&tid, 0);
    CHECK_EQ(weft_create(&t, NULL, start, &step), 0);
    while (__atomic_load_n(&tid, __ATOMIC_ACQUIRE) == 0) {
        weft_yield();
    }
    until_asleep(tid);
    return t;
}

int weft_main(int argc, char **argv, char **envp)
{
    void *value;
    (void)envp;
    if (is_case(argc, argv, "cancelled")) {
        for (int i = 0; i < 200; i++) { // it may have gone already
            weft_thread t = create(joins_main);
            CHECK_EQ(weft_join_for(t, NULL, 0), WEFT_EDEADLK); // as yet
            CHECK_EQ(weft_cancel(t), 0);
            CHECK_EQ(weft_join(t, &value), 0);
            CHECK_EQ(value, WEFT_CANCELED);
        }
    } else if (is_case(argc, argv, "disabled")) {
        weft_thread t = create(joins_main_disabled);
        CHECK_EQ(weft_cancel(t), 0);
        CHECK_EQ(weft_join(t, NULL), WEFT_EDEADLK);
        weft_exit(NULL); // now the other one can go on
    } else {
        weft_thread t = create(joins_main_in_time);
        CHECK_EQ(weft_join(t, &value), 0);
        CHECK_EQ(value, &step);
    }
    return 0;
}
