// SPDX-License-Identifier: MIT
// atfork.c - handlers around a fork: prepare newest first, the others oldest
// first, parent's in the parent and child's in the child.
//
//   atfork          prints the order
//   atfork many     more handlers than fit in one page, and gaps among them
//   atfork refused  a fork that fails calls the parent's
#include "support.h"

static int prepared, parents, children;

#define HANDLERS(letter)                                                       \
    static void prepare_##letter(void)                                         \
    {                                                                          \
        print(1, "prepare " #letter "\n");                                     \
    }                                                                          \
    static void parent_##letter(void)                                          \
    {                                                                          \
        print(1, "parent " #letter "\n");                                      \
    }                                                                          \
    static void child_##letter(void)                                           \
    {                                                                          \
        print(1, "child " #letter "\n");                                       \
    }

HANDLERS(a)
HANDLERS(b)

static void count_prepare(void)
{
    prepared++;
}

static void count_parent(void)
{
    parents++;
}

static void count_child(void)
{
    children++;
}

// Runs the child to its end before the parent goes on: a fixed order on stdout.
static int gate[2];

static void wait_for_child(void)
{
    char byte;
    CHECK_EQ(sys(__NR_close, gate[1]), 0);
    CHECK_EQ(sys(__NR_read, gate[0], &byte, 1), 0); // until it has ended
}

static void print_order(void)
{
    int status = 0;
    CHECK_EQ(sys(__NR_pipe2, gate, 0), 0);
    CHECK_EQ(weft_atfork(NULL, wait_for_child, NULL), 0);
    CHECK_EQ(weft_atfork(prepare_a, parent_a, child_a), 0);
    CHECK_EQ(weft_atfork(prepare_b, parent_b, child_b), 0);
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        quit(0);
    }
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK_EQ(status, 0);
}

static int child_counts(void *count)
{
    CHECK_EQ(prepared, (long)count);
    CHECK_EQ(parents, 0);
    CHECK_EQ(children, (long)count);
    return 0;
}

static void many(void)
{
    long count = 500;
    for (long i = 0; i < count; i++) {
        CHECK_EQ(weft_atfork(count_prepare, NULL, count_child), 0);
        CHECK_EQ(weft_atfork(NULL, count_parent, NULL), 0);
    }
    CHECK(exited_with(run_in_child(child_counts, (void *)count), 0));
    CHECK_EQ(prepared, count);
    CHECK_EQ(parents, count);
    CHECK_EQ(children, 0);
}

static void refused(void)
{
    CHECK_EQ(weft_atfork(count_prepare, count_parent, count_child), 0);
    drop_privileges();
    set_limit(RLIMIT_NPROC, 0);
    CHECK_EQ(weft_fork(), -EAGAIN);
    CHECK_EQ(prepared, 1);
    CHECK_EQ(parents, 1);
    CHECK_EQ(children, 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "many")) {
        many();
    } else if (is_case(argc, argv, "refused")) {
        refused();
    } else {
        print_order();
    }
    return 0;
}
