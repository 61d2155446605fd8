// SPDX-License-Identifier: MIT
// vfork.c - a child that runs on its parent's memory may die in any call.
//
// Until it execs or ends, the child of a vfork is its parent's thread to all that is
// in memory, and its own process to the kernel. When it kills itself by weft_kill, or
// is killed in it, the parent's thread goes on, and ends. If the library held the
// thread by a mark in memory meanwhile, it could never end; if it took the tid from
// there, the child would kill its parent.
#include "support.h"
#include <linux/sched.h>

static int parents_tid;

// The child must not return from the function that made it.
__attribute__((noinline)) static int status_of_child(void)
{
    unsigned char mask[128];
    int status = 0;
    long child = sys(__NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        weft_kill(weft_self(), 0);
        weft_get_affinity(weft_self(), mask, sizeof mask);
        weft_set_affinity(weft_self(), mask, sizeof mask);
        weft_set_name(weft_self(), "child");
        weft_kill(weft_self(), SIGKILL);
        quit(1);
    }
    CHECK(child > 0);
    CHECK_EQ(sys(__NR_wait4, child, &status, 0, 0), child);
    return status;
}

static void *has_a_child(void *arg)
{
    char name[WEFT_NAME_MAX];
    parents_tid = (int)sys(__NR_gettid);
    CHECK_EQ(weft_set_name(weft_self(), "parent"), 0);
    CHECK_EQ(status_of_child(), SIGKILL);
    CHECK_EQ(sys(__NR_gettid), parents_tid);
    CHECK_EQ(weft_get_name(weft_self(), name, sizeof name), 0);
    CHECK(same_text(name, "parent"));
    return arg;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread thread;
    (void)argc, (void)argv, (void)envp;
    CHECK_EQ(weft_create(&thread, NULL, has_a_child, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    return 0;
}
