// SPDX-License-Identifier: MIT
// cancel_steps.c - a request at each single instruction of a cancellation point.
//
//   cancel_steps empty    of a read that would block: none is overlooked
//   cancel_steps ready    of a read that finds a byte: it is counted, or it is
//                         still in the pipe
//   cancel_steps close    of a close that says it was interrupted: it has closed
//                         all the same, so from the instruction on from which a
//                         read has happened, it has happened
//
// A window of a few instructions is not met by chance. So a tracer (ptrace(2))
// lets a thread go a number of instructions from a mark on, then has it cancelled
// by another thread, and lets it run; then the same in a new process, one
// instruction further, until the thread does not stop there any more, since it
// sleeps in the read, or is well behind it.
#include "support_trace.h"
#include <linux/mman.h>

enum { MOST_STEPS = 400, BEHIND = 40 };

// Shared by the tracer and the traced.
static struct shared {
    int tid;     // of the thread that reads
    int request; // 1: cancel it, please; 2: done
    int taken;   // bytes that it has counted
    int left;    // bytes in the pipe, in the end
} * shared;

static int fds[2];
static int is_ready, is_close;

static void *read_one(void *unused)
{
    char byte;
    long tid = sys(__NR_gettid);
    CHECK_EQ(sys(__NR_ptrace, PTRACE_TRACEME, 0, 0, 0), 0);
    shared->tid = (int)tid;
    sys(__NR_tkill, tid, SIGSTOP); // the mark
    long result = weft_syscall_cancel(is_close ? __NR_close : __NR_read, fds[0],
                                      (long)&byte, 1, 0, 0, 0);
    if (result == 1 || result == -WEFT_EINTR) {
        shared->taken++;
    }
    weft_sleep_until(WEFT_FOREVER);
    return unused;
}

// The traced process: main cancels when it is told to.
static _Noreturn void be_traced(void)
{
    weft_thread t;
    void *value;
    int bytes = 0;
    CHECK_EQ(sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL), 0);
    CHECK_EQ(sys(__NR_pipe2, fds, 0), 0);
    if (is_ready) {
        CHECK_EQ(sys(__NR_write, fds[1], "x", 1), 1);
    }
    if (is_close) {
        seccomp_errno(__NR_close, EINTR);
    }
    CHECK_EQ(weft_create(&t, NULL, read_one, NULL), 0);
    while (__atomic_load_n(&shared->request, __ATOMIC_ACQUIRE) != 1) {
        sys(__NR_futex, &shared->request, FUTEX_WAIT, 0, NULL);
    }
    CHECK_EQ(weft_cancel(t), 0);
    set_word(&shared->request, 2);
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
    CHECK_EQ(sys(__NR_ioctl, fds[0], 0x541b, &bytes), 0); // FIONREAD
    shared->left = bytes;
    quit(0);
}

// Returns whether the thread could be stopped after so many instructions.
static int cancel_after(int steps)
{
    int sig = 0;
    int stopped = 1;
    *shared = (struct shared){0};
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        be_traced();
    }
    while (__atomic_load_n(&shared->tid, __ATOMIC_ACQUIRE) == 0) {
        weft_yield();
    }
    int tid = shared->tid;
    while (!has_stopped(tid, &sig)) {
    }
    CHECK_EQ(sig, SIGSTOP);
    for (int i = 0; i < steps && stopped; i++) {
        go_on(tid, PTRACE_SINGLESTEP, 0);
        stopped = has_stopped(tid, &sig);
    }
    set_word(&shared->request, 1);
    sys(__NR_futex, &shared->request, FUTEX_WAKE, 1);
    if (stopped) {
        until_equal(&shared->request, 2);
        sig = 0;
    } else {
        while (!has_stopped(tid, &sig)) { // by the cancel signal
        }
    }
    let_run(tid, sig);
    int status;
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK_EQ(status, 0);
    if (!is_close) {
        CHECK_EQ(shared->taken + shared->left, is_ready);
    }
    return stopped;
}

// Returns the number of instructions after which the call had happened. It goes
// on for a while behind that.
static int cancel_at_each_step(void)
{
    int steps = 0;
    int after = 0;
    while (after < BEHIND && cancel_after(steps)) {
        steps++;
        after += shared->taken;
        CHECK(steps < MOST_STEPS); // the way to the sleep is not longer
    }
    print_value(2, "instructions:", steps);
    CHECK(steps > 10);
    return steps - after;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    long memory = sys(__NR_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(memory > 0);
    shared = (struct shared *)memory;
    use_one_processor();
    const uint64_t chld = signal_bit(SIGCHLD);
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &chld, NULL), 0);
    is_ready = !is_case(argc, argv, "empty");
    int before_read = cancel_at_each_step();
    if (is_case(argc, argv, "close")) {
        is_close = 1;
        CHECK_EQ(cancel_at_each_step(), before_read);
    }
    return 0;
}
