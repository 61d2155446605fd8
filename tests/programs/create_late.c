// SPDX-License-Identifier: MIT
// create_late.c - a detached thread is gone, and its memory, before the creation
// has returned.
//
//     create_late plain     with the caller's memory
//     create_late named     and with an attribute, about which it has to answer
//
// Whoever creates a detached thread does not know how long it lives. A look at the
// new thread's data after clone(2) nearly always goes well. Here a tracer
// (ptrace(2)) stops the creator as clone returns; meanwhile the thread runs and
// ends, and when its tid is 0 the memory is taken away. Then the creator goes on.
#include "support_memory.h"
#include "support_trace.h"
#include <linux/mman.h>

enum { SIZE = 32 * 1024 };

// Shared by the tracer and the traced.
static struct shared {
    int ran;  // the thread has been in its start routine
    int gone; // so has its memory
} * shared;

static void *region;
static weft_thread thread;

static void *run(void *unused)
{
    set_word(&shared->ran, 1);
    return unused;
}

static void *take_memory_away(void *unused)
{
    until_equal(&shared->ran, 1);
    while (weft_tid(thread) != 0) {
        weft_yield();
    }
    CHECK_EQ(sys(__NR_mprotect, region, SIZE, PROT_NONE), 0);
    set_word(&shared->gone, 1);
    return unused;
}

static _Noreturn void be_traced(const char *name)
{
    weft_thread other;
    region = map_region(SIZE);
    const weft_attr attr = {.stack = region,
                            .stack_size = SIZE,
                            .flags = WEFT_DETACHED,
                            .name = name};
    CHECK_EQ(sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL), 0);
    CHECK_EQ(weft_create(&other, NULL, take_memory_away, NULL), 0);
    CHECK_EQ(sys(__NR_ptrace, PTRACE_TRACEME, 0, 0, 0), 0);
    sys(__NR_tkill, sys(__NR_gettid), SIGSTOP); // the mark
    CHECK_EQ(weft_create(&thread, &attr, run, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), WEFT_ESRCH);
    CHECK_EQ(weft_join(other, NULL), 0);
    quit(0);
}

// Lets it go on to the next beginning or end of a system call: op says which of
// the two, and in the beginning nr is its number.
static void go_to_next_call(long pid, struct ptrace_syscall_info *info)
{
    int status;
    CHECK_EQ(sys(__NR_ptrace, PTRACE_SYSCALL, pid, 0, 0), 0);
    CHECK_EQ(sys(__NR_wait4, pid, &status, ANY_THREAD, NULL), pid);
    CHECK_EQ(status & 0xff, STOPPED);
    CHECK(sys(__NR_ptrace, PTRACE_GET_SYSCALL_INFO, pid, sizeof *info, info) >
          0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    struct ptrace_syscall_info info;
    int status;
    long memory = sys(__NR_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(memory > 0);
    shared = (struct shared *)memory;
    CHECK(is_case(argc, argv, "plain") || is_case(argc, argv, "named"));
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        be_traced(is_case(argc, argv, "named") ? "named" : NULL);
    }
    CHECK_EQ(sys(__NR_wait4, pid, &status, ANY_THREAD, NULL), pid);
    CHECK_EQ(status, SIGSTOP << 8 | STOPPED);
    CHECK_EQ(sys(__NR_ptrace, PTRACE_SETOPTIONS, pid, 0,
                 PTRACE_O_TRACESYSGOOD), // or the stops have no information
             0);
    do {
        go_to_next_call(pid, &info);
    } while (info.op != PTRACE_SYSCALL_INFO_ENTRY ||
             info.entry.nr != __NR_clone);
    CHECK_EQ(shared->ran, 0);
    go_to_next_call(pid, &info);
    CHECK_EQ(info.op, PTRACE_SYSCALL_INFO_EXIT);
    until_equal(&shared->gone, 1);
    CHECK_EQ(sys(__NR_ptrace, PTRACE_CONT, pid, 0, 0), 0);
    CHECK_EQ(sys(__NR_wait4, pid, &status, ANY_THREAD, NULL), pid);
    CHECK_EQ(status, 0);
    return 0;
}
