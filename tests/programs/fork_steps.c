// SPDX-License-Identifier: MIT
// fork_steps.c - a fork at each single instruction of another thread's create.
//
// The memory kept for threads is taken out of a list and put into the record of a
// new one, and goes back the same way. A fork in between copies a block that is in
// neither place, and the child has lost it for ever. So a tracer (ptrace(2)) lets
// a thread go through create and join instruction by instruction, and each time
// has another one fork; the child creates a thread itself, for which the one block
// that there is has to do.
//
// Where a step breaks off each atomic operation (aarch64), no thread gets past its
// first one, and only the way there is tried.
#include "support_trace.h"
#include <linux/mman.h>

enum { ENOUGH = 4000, TO_THE_FIRST = 100 };
enum { NOTHING, FORK, FORKING, END };

WEFT_STACK(region, 16384);

// Shared by the tracer and the traced.
static struct shared {
    int tid;     // of the thread that is traced
    int request; // to the main thread: one of the enum
    int done;    // the traced thread has created and joined
} * shared;

static void *do_nothing(void *unused)
{
    return unused;
}

static void create_and_join(void)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, do_nothing, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
}

static void *be_traced(void *unused)
{
    long tid = sys(__NR_gettid);
    CHECK_EQ(sys(__NR_ptrace, PTRACE_TRACEME, 0, 0, 0), 0);
    set_word(&shared->tid, (int)tid);
    sys(__NR_tkill, tid, SIGSTOP); // the mark
    create_and_join();
    set_word(&shared->done, 1);
    return unused;
}

static void look_for_the_block(void)
{
    long maps = maps_count();
    create_and_join();
    CHECK_EQ(maps_count(), maps);
    quit(0);
}

// The traced process; its main thread forks whenever it is told to.
static _Noreturn void be_forked(void)
{
    const weft_attr attr = {.stack = region, .stack_size = sizeof region};
    weft_thread thread;
    CHECK_EQ(sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL), 0);
    create_and_join(); // the block
    CHECK_EQ(weft_create(&thread, &attr, be_traced, NULL), 0);
    for (;;) {
        int status;
        int request = __atomic_load_n(&shared->request, __ATOMIC_ACQUIRE);
        if (request == END) {
            CHECK_EQ(weft_join(thread, NULL), 0);
            quit(0);
        }
        if (request == NOTHING) {
            weft_yield();
            continue;
        }
        set_word(&shared->request, FORKING);
        long pid = weft_fork();
        CHECK(pid >= 0);
        if (pid == 0) {
            look_for_the_block();
        }
        set_word(&shared->request, NOTHING);
        CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
        CHECK_EQ(status, 0);
    }
}

static int request(void)
{
    return __atomic_load_n(&shared->request, __ATOMIC_ACQUIRE);
}

// Has the process fork. Returns whether it could: it sleeps if the stopped thread
// holds a lock.
static int fork_now(int pid)
{
    if (request() == NOTHING) {
        set_word(&shared->request, FORK);
    }
    while (request() != NOTHING) {
        if (request() == FORKING && is_asleep(pid)) {
            return 0;
        }
        // It ends before its time when a child has not found the block.
        CHECK_EQ(sys(__NR_wait4, pid, NULL, WNOHANG, NULL), 0);
        weft_yield();
    }
    return 1;
}

// Returns how many instructions the thread made, most at the most.
static int go_in_steps(int most, int with_forks)
{
    int sig = 0;
    int status;
    int steps = 0;
    int forks = 0;
    *shared = (struct shared){0};
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        be_forked();
    }
    while (__atomic_load_n(&shared->tid, __ATOMIC_ACQUIRE) == 0) {
        weft_yield();
    }
    int tid = shared->tid;
    while (!has_stopped(tid, &sig)) {
    }
    CHECK_EQ(sig, SIGSTOP);
    for (; steps < most && !shared->done; steps++) {
        go_on(tid, PTRACE_SINGLESTEP, 0);
        while (!has_stopped(tid, &sig)) { // while it sleeps in the join
        }
        forks += with_forks && fork_now((int)pid);
    }
    CHECK_EQ(forks > steps / 2, with_forks);
    if (request() == NOTHING) {
        set_word(&shared->request, END);
    }
    go_on(tid, PTRACE_DETACH, 0);
    while (request() != END) { // a last fork may have waited for the thread
        if (request() == NOTHING) {
            set_word(&shared->request, END);
        }
        weft_yield();
    }
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK_EQ(status, 0);
    return steps;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    const uint64_t chld = signal_bit(SIGCHLD);
    long memory = sys(__NR_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(memory > 0);
    shared = (struct shared *)memory;
    use_one_processor();
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &chld, NULL), 0);
    int steps = go_in_steps(ENOUGH, 0);
    if (steps == ENOUGH) {
        steps = TO_THE_FIRST;
    }
    print_value(2, "instructions:", go_in_steps(steps, 1));
    return 0;
}
