// SPDX-License-Identifier: MIT
// kill_recycled.c - a tid comes back, and a signal to its old owner harms nobody.
//
// A thread ends and is not joined. Others are created until the kernel has gone once around its numbers and gives one of them the
// same tid. SIGKILL to the old handle must then be swallowed, and so must any
// signal to a detached thread that has ended; the newcomer must live on. Where
// the tid is remembered and used without asking, the process dies.
#include "support.h"

static int tid_of_newcomer;

struct old {
    weft_thread joinable, detached;
    int tids[2];
};

static int may_end;

static void *wait_for_leave(void *arg)
{
    until_equal(&may_end, 1);
    return arg;
}

// A newcomer with one of the tids sends its namesake the worst.
static void *try_both(void *arg)
{
    const struct old *old = arg;
    int tid = weft_tid(weft_self());
    CHECK_EQ(tid, sys(__NR_gettid));
    if (tid == old->tids[0] || tid == old->tids[1]) {
        CHECK_EQ(weft_kill(old->joinable, SIGKILL), 0);
        CHECK_EQ(weft_kill(old->detached, SIGKILL), WEFT_ESRCH);
        CHECK_EQ(weft_cancel(old->joinable), 0);
        CHECK_EQ(weft_set_name(old->joinable, "wrong"), WEFT_ESRCH);
        tid_of_newcomer = tid;
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)argv;
    (void)envp;
    struct old old;
    weft_thread thread;
    CHECK_EQ(weft_create(&old.joinable, NULL, wait_for_leave, NULL), 0);
    old.tids[0] = weft_tid(old.joinable);
    CHECK_EQ(weft_create(&old.detached, NULL, wait_for_leave, NULL), 0);
    old.tids[1] = weft_tid(old.detached);
    CHECK_EQ(weft_detach(old.detached), 0);
    set_word(&may_end, 1);
    while (weft_tid(old.joinable) != 0 || weft_tid(old.detached) != 0) {
        weft_yield();
    }
    while (tid_of_newcomer == 0) {
        CHECK_EQ(weft_create(&thread, NULL, try_both, &old), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
    CHECK_EQ(weft_join(old.joinable, NULL), 0);
    return 0;
}
