// SPDX-License-Identifier: MIT
// allow_list.c - README's list of system calls is all a sandbox has to allow.
//
//     allow_list
//
// A filter has the kernel kill the process on any call that README.md does not
// list; under it, threads are created in every way, joined, detached, named,
// cancelled and signalled, wait for each other, and fork. clone3, rseq and their
// like are not on the list: who makes one of them dies here, as he would in a
// container that is older than the call.
#include "support.h"

static const int listed[] = {
    __NR_set_tid_address,
    __NR_exit_group,
    __NR_clone,
    __NR_mmap,
    __NR_mprotect,
    __NR_munmap,
    __NR_madvise,
    __NR_exit,
    __NR_futex,
    __NR_set_robust_list,
    __NR_sched_getaffinity,
    __NR_rt_sigprocmask,
    __NR_prctl,
    __NR_sched_setaffinity,
    __NR_sched_setscheduler,
    __NR_sched_getscheduler,
    __NR_sched_getparam,
    __NR_openat,
    __NR_read,
    __NR_write,
    __NR_close,
    __NR_rt_sigaction,
    __NR_tkill,
    __NR_gettid,
    __NR_rt_sigreturn,
    __NR_clock_gettime,
    __NR_clock_nanosleep,
    __NR_sched_yield,
    __NR_rt_sigpending,
    __NR_sigaltstack,
    __NR_sched_getattr,
    __NR_wait4, // this program's own: for the child of its fork
};
enum { LISTED = sizeof listed / sizeof listed[0] };

static void allow_only_what_is_listed(void)
{
    struct sock_filter rules[2 * LISTED + 2];
    uint16_t used = 0;
    rules[used++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
    for (int i = 0; i < LISTED; i++) {
        rules[used++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                     (uint32_t)listed[i], 0, 1);
        rules[used++] =
            (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    rules[used++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    struct sock_fprog program = {.len = used, .filter = rules};
    CHECK_EQ(sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    CHECK_EQ(
        sys(__NR_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0),
        0);
}

static void *return_it(void *arg)
{
    return arg;
}

static void *sleep_for_ever(void *arg)
{
    weft_sleep_for(WEFT_FOREVER);
    return arg;
}

// One kernel thread for two threads, and its end.
static void recycled_threads(void)
{
    CHECK_EQ(weft_recycle(1), 0);
    for (int i = 0; i < 2; i++) {
        weft_thread t;
        CHECK_EQ(weft_create(&t, NULL, return_it, NULL), 0);
        CHECK_EQ(weft_join(t, NULL), 0);
    }
    CHECK_EQ(weft_recycle(0), 0);
}

static void threads(void)
{
    uint64_t mask = 0;
    uint64_t cpus[16] = {0};
    char name[WEFT_NAME_MAX];
    int policy;
    weft_thread t;
    CHECK_EQ(weft_get_affinity(weft_self(), cpus, sizeof cpus), 0);
    const weft_attr asked = {.name = "asked",
                             .affinity = cpus,
                             .affinity_size = sizeof cpus,
                             .flags = WEFT_EXPLICIT_SCHED,
                             .sigmask = &mask};
    CHECK_EQ(weft_create(&t, &asked, sleep_for_ever, NULL), 0);
    CHECK_EQ(weft_set_name(t, "other"), 0);
    CHECK_EQ(weft_get_name(t, name, sizeof name), 0);
    CHECK_EQ(weft_get_sched(t, &policy, NULL), 0);
    CHECK_EQ(weft_kill(t, 0), 0);
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(weft_join(t, NULL), 0);
    for (int i = 0; i < 100; i++) { // more than are kept
        CHECK_EQ(weft_create(&t, NULL, return_it, NULL), 0);
        CHECK_EQ(i % 2 ? weft_detach(t) : weft_join_for(t, NULL, 1000000000),
                 0);
    }
}

static void objects(void)
{
    static weft_mutex mutex;
    static weft_cond cond;
    static weft_sem sem;
    weft_key key;
    CHECK_EQ(weft_key_create(&key, NULL), 0);
    CHECK_EQ(weft_key_set(key, &key), 0);
    weft_mutex_lock(&mutex);
    CHECK_EQ(weft_cond_wait_for(&cond, &mutex, 1), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_mutex_lock_for(&mutex, 1), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_sem_wait_for(&sem, 1), WEFT_ETIMEDOUT);
    weft_mutex_unlock(&mutex);
    weft_yield();
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)argv;
    (void)envp;
    allow_only_what_is_listed();
    threads();
    recycled_threads();
    objects();
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        threads();
        return 0;
    }
    int status = -1;
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK_EQ(status, 0);
    return 0;
}
