// SPDX-License-Identifier: MIT
// sem_handler.c - a signal handler posts, whatever the thread was doing.
//
//     sem_handler restart|interrupt ROUNDS
//
// The handler runs on the waiter itself: before its wait, in the middle of it or
// asleep in it, and posts; a runtime that kept a lock during a post or a wait
// would wait for itself. Another thread sends the signals, each when the post
// before it was taken, so that one post that nobody is woken for hangs. Handlers
// with SA_RESTART leave an untimed wait alone; without it the wait ends with
// WEFT_EINTR, and has taken nothing then.
#include "support.h"

static weft_sem items, turn;
static int posted; // by handlers
static int64_t rounds;
static weft_thread waiter;

static void post_item(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    posted++;
    CHECK_EQ(weft_sem_post(&items), 0);
    CHECK(weft_sem_value(&items) > 0);
}

static void *send(void *arg)
{
    for (int64_t i = 0; i < rounds; i++) {
        int error;
        while ((error = weft_sem_wait(&turn)) == WEFT_EINTR) {
        }
        CHECK_EQ(error, 0);
        if (i < 2) {
            until_asleep(weft_tid(waiter)); // so that these two end a sleep
        }
        CHECK_EQ(weft_kill(waiter, SIGUSR1), 0);
    }
    return arg;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread sender;
    int interrupted = 0;
    (void)envp;
    int restart = is_case(argc, argv, "restart");
    CHECK(restart || is_case(argc, argv, "interrupt"));
    rounds = arg_number(argc, argv, 2, 10000);
    waiter = weft_self();
    on_signal(SIGUSR1, post_item, restart ? SA_RESTART : 0);
    CHECK_EQ(weft_create(&sender, NULL, send, NULL), 0);
    for (int64_t i = 0; i < rounds; i++) {
        int error = 0;
        CHECK_EQ(weft_sem_post(&turn), 0);
        do {
            error = i % 2 ? weft_sem_wait(&items)
                          : weft_sem_wait_until(&items, WEFT_FOREVER - 1);
            // A wait with a deadline is not restarted by the kernel.
            CHECK(error == 0 ||
                  (error == WEFT_EINTR && (!restart || i % 2 == 0)));
            interrupted += error == WEFT_EINTR;
        } while (error != 0);
        CHECK_EQ(posted, i + 1);
    }
    CHECK_EQ(weft_join(sender, NULL), 0);
    CHECK(interrupted >= (restart || rounds < 2 ? 1 : 2));
    CHECK_EQ(weft_sem_value(&items), 0);
    CHECK_EQ(items.word, 0);
    return 0;
}
