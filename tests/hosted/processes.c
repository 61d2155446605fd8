// SPDX-License-Identifier: MIT
// hosts: musl glibc
// processes.c - a process with threads forks, starts others, and ends.
//
// Proves that the libc's fork, and Weft's, leave both whole in the child whatever
// other threads were doing, and that all ways to end a process work from any
// thread. Without it a child would wait for a lock that nobody holds, or a join in
// it for a thread that never was.
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include "hosted.h"

static uint32_t stop;

// What may be half done at a fork.
static void *allocate_and_print(void *arg)
{
    FILE *nowhere = fopen("/dev/null", "w");
    CHECK(nowhere != NULL);
    while (!get(&stop)) {
        void *block = malloc(1000);
        fprintf(nowhere, "%p\n", block);
        free(block);
    }
    fclose(nowhere);
    return arg;
}

static void *give_back(void *arg)
{
    free(malloc(10));
    return arg;
}

static int status_of(pid_t child)
{
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    return status;
}

// In the child: the libc, then Weft.
static _Noreturn void be_a_child(int with_threads)
{
    char text[40];
    CHECK_EQ(weft_tid(weft_self()), getpid());
    CHECK_EQ(gettid(), getpid());
    free(malloc(100000));
    snprintf(text, sizeof text, "child");
    CHECK_EQ(weft_kill(weft_self(), 0), 0);
    pid_t grandchild = fork(); // of a process with one thread
    if (grandchild == 0) {
        CHECK_EQ(weft_tid(weft_self()), getpid());
        _exit(3);
    }
    CHECK_EQ(status_of(grandchild), 3 << 8);
    if (with_threads) {
        CHECK_EQ(join(start(give_back, text)), text);
    }
    _exit(3); // exit waits for streams that others had locked
}

static int forks_seen;

static void count_fork(void)
{
    forks_seen++;
}

static void *fork_often(void *arg)
{
    int with_threads = arg != NULL;
    for (int i = 0; i < 20; i++) {
        int before = forks_seen;
        pid_t child = i % 2 ? fork() : (pid_t)weft_fork();
        if (child == 0) {
            CHECK_EQ(forks_seen, before + 2); // prepare and child
            be_a_child(with_threads);
        }
        CHECK(child > 0);
        CHECK_EQ(forks_seen, before + 2); // prepare and parent
        CHECK_EQ(status_of(child), 3 << 8);
    }
    return NULL;
}

static void fork_among_threads(int from_main, void *with_threads)
{
    weft_thread others[2];
    CHECK_EQ(weft_atfork(count_fork, count_fork, count_fork), 0);
    for (int i = 0; i < 2; i++) {
        others[i] = start(allocate_and_print, NULL);
    }
    if (from_main) {
        fork_often(with_threads);
    } else {
        join(start(fork_often, with_threads));
    }
    set(&stop, 1);
    for (int i = 0; i < 2; i++) {
        join(others[i]);
    }
}

// ---- the ends ----

static void *end_the_process(void *arg)
{
    until_asleep(*(weft_thread *)arg);
    exit(7);
}

static void *abort_the_process(void *arg)
{
    until_asleep(*(weft_thread *)arg);
    abort();
}

static void say_goodbye(void)
{
    puts("goodbye");
}

static void *last_one(void *arg)
{
    until_asleep(*(weft_thread *)arg);
    weft_thread main_thread = *(weft_thread *)arg;
    puts("last");
    CHECK_EQ(weft_cancel(main_thread), 0);
    CHECK_EQ(weft_join(main_thread, NULL), 0);
    return NULL;
}

// A child of a fork whose first thread ends before another one.
static void *outlive(void *arg)
{
    CHECK_EQ(weft_join(*(weft_thread *)arg, NULL), 0);
    exit(5);
}

static void first_thread_of_a_child_ends(void)
{
    pid_t child = fork();
    if (child == 0) {
        static weft_thread first;
        first = weft_self();
        start(outlive, &first);
        weft_exit(NULL);
    }
    CHECK_EQ(status_of(child), 5 << 8);
}

static void *start_others(void *arg)
{
    // Where there is no shell, as on the booted kernel, popen says so by NULL and
    // system by -1, and this program itself is started.
    int has_shell = access("/bin/sh", X_OK) == 0;
    int ended = has_shell ? 9 << 8 : -1;
    char *const shell[] = {"/bin/sh", "-c", "exit 9", NULL};
    char *const itself[] = {"/proc/self/exe", "status", NULL};
    char *const *wanted = has_shell ? shell : itself;
    for (int i = 0; i < 10; i++) {
        pid_t child;
        CHECK_EQ(posix_spawn(&child, wanted[0], NULL, NULL, wanted, environ),
                 0);
        CHECK_EQ(status_of(child), 9 << 8);
        FILE *pipe = popen("exit 9", "r");
        CHECK_EQ(pipe != NULL, has_shell);
        CHECK(pipe == NULL || pclose(pipe) == ended);
        CHECK_EQ(system("exit 9"), ended);
    }
    return arg;
}

int main(int argc, char **argv)
{
    weft_thread self = weft_self();
    if (is_case(argc, argv, "status")) {
        return 9;
    } else if (is_case(argc, argv, "fork")) {
        fork_among_threads(argc > 2, argc > 3 ? argv : NULL);
    } else if (is_case(argc, argv, "first")) {
        first_thread_of_a_child_ends();
    } else if (is_case(argc, argv, "start")) {
        weft_thread other = start(start_others, NULL);
        start_others(NULL);
        join(other);
    } else if (is_case(argc, argv, "exit")) {
        start(end_the_process, &self);
        pause();
    } else if (is_case(argc, argv, "abort")) {
        start(abort_the_process, &self);
        pause();
    } else if (is_case(argc, argv, "last")) {
        CHECK_EQ(atexit(say_goodbye), 0);
        start(last_one, &self);
        pause();
    } else {
        return 1;
    }
    return 0;
}
