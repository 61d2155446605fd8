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
#include "support.h"
#include <linux/mman.h>
#include <linux/ptrace.h>

enum { MOST_STEPS = 400, BEHIND = 40, ANY_THREAD = 0x40000000 /* __WALL */ };

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

static int is_asleep(int tid)
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
static int has_stopped(int tid, int *sig)
{
    static const int64_t moment[2] = {0, 10000000};
    const uint64_t chld = signal_bit(SIGCHLD); // blocked; sent for each stop
    for (;;) {
        int status;
        long got = sys(__NR_wait4, tid, &status, WNOHANG | ANY_THREAD, NULL);
        CHECK(got == 0 || got == tid);
        if (got == tid) {
            CHECK_EQ(status & 0xff, 0x7f); // stopped, not ended
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
static void go_on(int tid, int how, int sig)
{
    CHECK_EQ(sys(__NR_ptrace, how, tid, 0, sig == SIGTRAP ? 0 : sig), 0);
}

static void let_run(int tid, int sig)
{
    int status;
    go_on(tid, PTRACE_CONT, sig);
    while (sys(__NR_wait4, tid, &status, ANY_THREAD, NULL) == tid &&
           (status & 0xff) == 0x7f) {
        go_on(tid, PTRACE_CONT, status >> 8 & 0xff);
    }
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

// The tracer and the traced run in turn: on one processor that is much faster.
static void use_one_processor(void)
{
    uint64_t mask[16] = {0};
    CHECK_EQ(weft_get_affinity(weft_self(), mask, sizeof mask), 0);
    for (int i = 0, found = 0; i < 16; i++) {
        mask[i] = found ? 0 : mask[i] & (~mask[i] + 1); // the lowest bit
        found |= mask[i] != 0;
    }
    CHECK_EQ(weft_set_affinity(weft_self(), mask, sizeof mask), 0);
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
