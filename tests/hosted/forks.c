// SPDX-License-Identifier: MIT
// hosts: glibc
// forks.c - the child of a fork is a whole glibc program with threads, and so
// is its child.
//
// Forks from threads other than main, while others allocate and print, three
// generations deep; in each the survivor creates threads, uses what glibc keeps
// for threads, and ends by exit(). Threads that are not there any more must be
// off glibc's lists: the second fork walks over them.
//
//   forks fork     by the libc's fork
//   forks weft     by weft_fork
#include <iconv.h>
#include <sys/wait.h>
#include "hosted.h"

enum { GENERATIONS = 3, BUSY = 3 };

static int by_weft;
static uint32_t stop;
static FILE *nowhere;

static void *be_busy(void *arg)
{
    while (!get(&stop)) {
        free(malloc(100));
        fprintf(nowhere, "%p\n", arg);
    }
    return arg;
}

static void *allocate(void *arg)
{
    void *volatile memory = malloc(1000);
    CHECK(memory != NULL);
    free(memory);
    iconv_t charset = iconv_open("UTF-16LE", "ISO-8859-15");
    if (charset != (iconv_t)-1) {
        iconv_close(charset);
    }
    return arg;
}

static void live(int generation);

static void *fork_one(void *arg)
{
    int generation = *(int *)arg;
    long child = by_weft ? weft_fork() : fork();
    CHECK(child >= 0);
    if (child == 0) {
        live(generation + 1);
        exit(10 + generation);
    }
    int status;
    CHECK_EQ(waitpid((pid_t)child, &status, 0), child);
    CHECK(WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 10 + generation);
    return NULL;
}

static void live(int generation)
{
    weft_thread busy[BUSY];
    set(&stop, 0);
    join(start(allocate, NULL));
    if (generation == GENERATIONS) {
        return;
    }
    for (int i = 0; i < BUSY; i++) {
        busy[i] = start(be_busy, NULL);
    }
    join(start(fork_one, &generation));
    set(&stop, 1);
    for (int i = 0; i < BUSY; i++) {
        join(busy[i]);
    }
}

int main(int argc, char **argv)
{
    by_weft = is_case(argc, argv, "weft");
    nowhere = fopen("/dev/null", "w");
    CHECK(nowhere != NULL);
    for (long round = number(argc, argv, 2, 3); round > 0; round--) {
        live(0);
    }
    return 0;
}
