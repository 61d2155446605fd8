// SPDX-License-Identifier: MIT
// owned_lacking.c - kernels that cannot do all that an owned mutex may be asked.
//
//     owned_lacking lock_pi2|inheritance|robust_lists
//
// A sandbox answers for the kernel. What can be done without is done without: the
// deadline on the other clock, robust mutexes within the process. What cannot is
// WEFT_ENOTSUP when the mutex is made, and not a hang when it is used.
#include "support.h"

static weft_owned_mutex mutex;

// From now on futex(2) with this operation, shared or private, is -ENOSYS.
static void forbid_futex(uint32_t operation)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), // seccomp_data.nr
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_futex, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24), // .args[1]
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(uint32_t)FUTEX_PRIVATE_FLAG),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, operation, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 7, .filter = rules};
    CHECK_EQ(sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    CHECK_EQ(
        sys(__NR_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0),
        0);
}

static void *wait_in_vain(void *arg)
{
    const int64_t pause = 3000000;
    int64_t before = weft_now();
    CHECK_EQ(weft_owned_mutex_lock_for(&mutex, pause), WEFT_ETIMEDOUT);
    CHECK(weft_now() >= before + pause);
    CHECK_EQ(weft_owned_mutex_lock_until(&mutex, 0), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_owned_mutex_lock_until(&mutex, INT64_MIN), WEFT_ETIMEDOUT);
    return arg;
}

static void *wait_long(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock_until(&mutex, *(int64_t *)arg), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    return NULL;
}

static void without_lock_pi2(void)
{
    forbid_futex(FUTEX_LOCK_PI2);
    weft_thread thread;
    int64_t far[] = {INT64_MAX - 1, weft_now() + 3600 * INT64_C(1000000000)};
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, WEFT_PRIO_INHERIT), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_create(&thread, NULL, wait_in_vain, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(weft_create(&thread, NULL, wait_long, &far[i]), 0);
        until_asleep(weft_tid(thread));
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
        CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    }
}

static int init(uint32_t flags)
{
    return weft_owned_mutex_init(&mutex, WEFT_ERRORCHECK, flags);
}

static void *lock_and_end(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    return arg;
}

static void without_robust_lists(void)
{
    weft_thread thread;
    seccomp_errno(__NR_set_robust_list, ENOSYS);
    CHECK_EQ(init(WEFT_ROBUST | WEFT_SHARED), WEFT_ENOTSUP);
    CHECK_EQ(init(WEFT_ROBUST), 0);
    CHECK_EQ(weft_create(&thread, NULL, lock_and_end, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), WEFT_EOWNERDEAD);
    CHECK_EQ(weft_owned_mutex_consistent(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "lock_pi2")) {
        without_lock_pi2();
    } else if (is_case(argc, argv, "inheritance")) {
        forbid_futex(FUTEX_UNLOCK_PI);
        CHECK_EQ(init(WEFT_PRIO_INHERIT), WEFT_ENOTSUP);
        CHECK_EQ(init(WEFT_ROBUST), WEFT_ENOTSUP);
        CHECK_EQ(init(WEFT_SHARED), 0);
    } else {
        CHECK(is_case(argc, argv, "robust_lists"));
        without_robust_lists();
    }
    return 0;
}
