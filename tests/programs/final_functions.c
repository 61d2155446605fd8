// SPDX-License-Identifier: MIT
// final_functions.c - constructors and destructors are whole threads' code.
//
// Constructors already have thread-local variables, a handle and a tid. When main
// has ended and another thread is the last one, the destructors run on that
// thread, and with its signals as they were: a handler can still be called (L8).
#include "support.h"

static _Thread_local int variable = 5;
static weft_thread main_thread;

static void check_thread(void)
{
    CHECK_EQ(variable, 5);
    CHECK_EQ(weft_tid(weft_self()), sys(__NR_gettid));
}

__attribute__((constructor)) static void construct(void)
{
    check_thread();
    main_thread = weft_self();
}

static void on_usr1(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    check_thread();
    print(1, "handled\n");
}

__attribute__((destructor)) static void destruct(void)
{
    check_thread();
    CHECK(weft_self() != main_thread);
    CHECK_EQ(sys(__NR_tkill, sys(__NR_gettid), SIGUSR1), 0);
    print(1, "destructed\n");
}

static void *be_the_last(void *unused)
{
    CHECK_EQ(weft_join(main_thread, NULL), 0);
    return unused;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t;
    (void)argc;
    (void)argv;
    (void)envp;
    CHECK_EQ(main_thread, weft_self());
    on_signal(SIGUSR1, on_usr1, 0);
    CHECK_EQ(weft_create(&t, NULL, be_the_last, NULL), 0);
    weft_exit(NULL);
}
