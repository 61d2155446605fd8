// SPDX-License-Identifier: MIT
// main_exits.c - main may leave before the others; the last one ends the process.
//
//     main_exits last|alone|detached|joined|returns
//
// The process goes on until its last thread has ended, whoever that is, and then
// ends with status 0 and its .fini_array run, once. A library that lets main's
// weft_exit end the process, or that counts threads wrongly, is silent or hangs.
// A return from weft_main, though, ends everything at once.
#include "support.h"

static weft_thread main_thread;
static int main_tid;

static void farewell(void)
{
    print(1, "farewell\n");
}

__attribute__((section(".fini_array"),
               used)) static void (*const fini)(void) = farewell;

// Ends long after main: when its kernel thread is a zombie.
static void *outlive_main(void *arg)
{
    char text[64];
    while (thread_state(main_tid) != 'Z') {
        weft_yield();
    }
    CHECK_EQ(weft_kill(main_thread, SIGKILL), 0); // ended and not joined
    CHECK_EQ(weft_tid(main_thread), 0);
    CHECK(read_file("/proc/thread-self/comm", text, sizeof text) > 0);
    print(1, "the last thread\n");
    return arg;
}

static void *say_last(void *arg)
{
    CHECK_EQ(weft_kill(main_thread, 0), WEFT_ESRCH);
    CHECK(weft_self() != main_thread);
    print(1, "the last thread\n");
    return arg;
}

// Main is a thread like any other, with a value.
static void *join_main(void *arg)
{
    void *value;
    weft_thread thread;
    CHECK_EQ(weft_join(main_thread, &value), 0);
    CHECK_EQ(value, &main_tid);
    CHECK_EQ(weft_join(main_thread, NULL), WEFT_ESRCH);
    // The new thread may get main's record: nobody may mistake it for main.
    CHECK_EQ(weft_create(&thread, NULL, say_last, NULL), 0);
    weft_exit(arg);
}

static void *for_ever(void *arg)
{
    weft_sleep_for(WEFT_FOREVER);
    return arg;
}

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr detached = {.flags = WEFT_DETACHED};
    weft_thread thread;
    (void)envp;
    main_thread = weft_self();
    main_tid = weft_tid(main_thread);
    CHECK_EQ(main_tid, sys(__NR_getpid));
    if (is_case(argc, argv, "last")) {
        CHECK_EQ(weft_create(&thread, NULL, outlive_main, NULL), 0);
    } else if (is_case(argc, argv, "detached")) {
        CHECK_EQ(weft_create(&thread, &detached, outlive_main, NULL), 0);
    } else if (is_case(argc, argv, "joined")) {
        CHECK_EQ(weft_create(&thread, NULL, join_main, NULL), 0);
    } else if (is_case(argc, argv, "returns")) {
        CHECK_EQ(weft_create(&thread, NULL, for_ever, NULL), 0);
        return 7;
    } else {
        CHECK(is_case(argc, argv, "alone"));
    }
    weft_exit(&main_tid);
}
