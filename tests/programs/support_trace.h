// SPDX-License-Identifier: MIT
// support_trace.h - for tests that stop another process at a certain instruction
// (ptrace(2)). The tracer blocks SIGCHLD, which it gets for each stop.
#ifndef SUPPORT_TRACE_H
#define SUPPORT_TRACE_H

#include "support.h"
#include <linux/ptrace.h>

enum { ANY_THREAD = 0x40000000 /* __WALL */, STOPPED = 0x7f };

static inline int is_asleep(int tid)
{
    struct line path = {0};
    char text[256];
    line_text(&path, "/proc/");
    line_number(&path, tid);
    line_text(&path, "/stat");
    long length = read_file(path.text, text, sizeof text);
    while (length > 2 && text[length - 1] != ')') {
        length--;
    }
    return length > 2 && text[length + 1] == 'S';
}

// Waits until tid has stopped, or sleeps. Returns whether it has stopped.
static inline int has_stopped(int tid, int *sig)
{
    static const int64_t moment[2] = {0, 10000000};
    const uint64_t chld = signal_bit(SIGCHLD);
    for (;;) {
        int status;
        long got = sys(__NR_wait4, tid, &status, WNOHANG | ANY_THREAD, NULL);
        CHECK(got == 0 || got == tid);
        if (got == tid) {
            CHECK_EQ(status & 0xff, STOPPED); // and not ended
            *sig = status >> 8 & 0xff;
            return 1;
        }
        if (sys(__NR_rt_sigtimedwait, &chld, NULL, moment, 8) < 0 &&
            is_asleep(tid)) {
            return 0;
        }
    }
}

// Hands it the signal for which it had stopped, but not the tracer's own that
// says that a step is done.
static inline void go_on(int tid, int how, int sig)
{
    CHECK_EQ(sys(__NR_ptrace, how, tid, 0, sig == SIGTRAP ? 0 : sig), 0);
}

// Until it has ended.
static inline void let_run(int tid, int sig)
{
    int status;
    go_on(tid, PTRACE_CONT, sig);
    while (sys(__NR_wait4, tid, &status, ANY_THREAD, NULL) == tid &&
           (status & 0xff) == STOPPED) {
        go_on(tid, PTRACE_CONT, status >> 8 & 0xff);
    }
}

// The tracer and the traced run in turn: on one processor that is much faster.
static inline void use_one_processor(void)
{
    uint64_t mask[16] = {0};
    CHECK_EQ(weft_get_affinity(weft_self(), mask, sizeof mask), 0);
    for (int i = 0, found = 0; i < 16; i++) {
        mask[i] = found ? 0 : mask[i] & (~mask[i] + 1); // the lowest bit
        found |= mask[i] != 0;
    }
    CHECK_EQ(weft_set_affinity(weft_self(), mask, sizeof mask), 0);
}

#endif
