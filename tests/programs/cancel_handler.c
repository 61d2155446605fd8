// SPDX-License-Identifier: MIT
// cancel_handler.c - a request that comes while a signal handler runs on top of
// a blocked call.
//
// The cancel signal then finds the thread in the handler, where it can do
// nothing; it has to come back for the call below, or the thread sleeps for ever.
// Each case runs once with a handler after which calls restart, and once not.
//
//   cancel_handler returns    the handler just returns
//   cancel_handler toggles    it has cancellation disabled when the request comes
//   cancel_handler nested     a second handler runs on top of the first one
//   cancel_handler sleeps     it has a cancellation point of its own, and ends
//   cancel_handler creates    it creates a thread, which has to be cancellable
#include "support.h"

static int fds[2];
static int step;
static const char *what;
static weft_thread heir;

static int is(const char *name)
{
    return same_text(what, name);
}

static void *sleep_on(void *unused)
{
    weft_sleep_until(WEFT_FOREVER);
    return unused;
}

static void await_request(void)
{
    set_word(&step, 1);
    until_equal(&step, 2);
    weft_yield(); // a system call lets the signal in
    // What the library does to have it back is not for the program to see.
    uint64_t mask;
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, NULL, &mask), 0);
    CHECK_EQ(mask >> 31, 0);
}

static void second_handler(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    await_request();
}

static void first_handler(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    if (is("toggles")) {
        CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
        await_request();
        CHECK_EQ(weft_sleep_for(1000), 0);
        CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_ENABLE, NULL), 0);
    } else if (is("nested")) {
        CHECK_EQ(weft_kill(weft_self(), SIGUSR2), 0);
    } else {
        await_request();
    }
    if (is("sleeps")) {
        weft_sleep_for(0);
        CHECK(!"a cancellation point was passed");
    } else if (is("creates")) {
        CHECK_EQ(weft_create(&heir, NULL, sleep_on, NULL), 0);
    }
}

static void *block(void *unused)
{
    char byte;
    long result =
        weft_syscall_cancel(__NR_read, fds[0], (long)&byte, 1, 0, 0, 0);
    CHECK_EQ(result, 1); // it cannot be: nobody writes
    return unused;
}

static void end(weft_thread t)
{
    void *value;
    CHECK_EQ(weft_cancel(t), 0);
    set_word(&step, 2);
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
}

static void one_thread(unsigned long flags)
{
    weft_thread t;
    on_signal(SIGUSR1, first_handler, flags);
    on_signal(SIGUSR2, second_handler, flags);
    CHECK_EQ(weft_create(&t, NULL, block, NULL), 0);
    until_asleep(weft_tid(t));
    CHECK_EQ(weft_kill(t, SIGUSR1), 0);
    until_equal(&step, 1);
    end(t);
    if (is("creates")) {
        until_asleep(weft_tid(heir));
        end(heir);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK_EQ(argc, 2);
    what = argv[1];
    CHECK_EQ(sys(__NR_pipe2, fds, 0), 0);
    one_thread(SA_RESTART);
    one_thread(0);
    return 0;
}
