// SPDX-License-Identifier: MIT
// no_calls.c - what nobody contends for makes no system call.
//
//     no_calls
//
// A filter has the kernel kill the process on any system call but write and
// exit_group; under it, all that is promised to be free of calls is done many
// times over. The first look at how many processors there are, or anything else
// that is done once, counts as well: there is none on these paths.
#include "support.h"

static weft_mutex mutex;
static weft_cond cond;
static weft_sem sem;
static weft_rwlock rwlock;
static weft_spin spin;
static weft_once_flag flag;

static void only_write_and_exit(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), // seccomp_data.nr
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_write, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_exit_group, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 5, .filter = rules};
    CHECK_EQ(sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    CHECK_EQ(
        sys(__NR_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0),
        0);
}

static void nothing(void)
{
}

static void mutexes_and_spins(void)
{
    weft_mutex_lock(&mutex);
    CHECK_EQ(weft_mutex_trylock(&mutex), WEFT_EBUSY);
    weft_cond_signal(&cond);
    weft_cond_broadcast(&cond);
    weft_mutex_unlock(&mutex);
    CHECK_EQ(weft_mutex_lock_until(&mutex, 0), 0);
    weft_mutex_unlock(&mutex);
    weft_spin_lock(&spin);
    CHECK_EQ(weft_spin_trylock(&spin), WEFT_EBUSY);
    weft_spin_unlock(&spin);
}

static void semaphores(void)
{
    CHECK_EQ(weft_sem_trywait(&sem), WEFT_EAGAIN);
    CHECK_EQ(weft_sem_post(&sem), 0);
    CHECK_EQ(weft_sem_post(&sem), 0);
    CHECK_EQ(weft_sem_wait(&sem), 0);
    CHECK_EQ(weft_sem_trywait(&sem), 0);
    CHECK_EQ(weft_sem_value(&sem), 0);
}

static void rwlocks(void)
{
    CHECK_EQ(weft_rwlock_rdlock(&rwlock), 0);
    CHECK_EQ(weft_rwlock_tryrdlock(&rwlock), 0);
    CHECK_EQ(weft_rwlock_trywrlock(&rwlock), WEFT_EBUSY);
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(weft_rwlock_wrlock(&rwlock), 0);
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_key key;
    (void)argc, (void)argv, (void)envp;
    CHECK_EQ(weft_key_create(&key, NULL), 0);
    CHECK_EQ(weft_key_set(key, &key), 0);
    only_write_and_exit();
    CHECK_EQ(weft_once(&flag, nothing), 0); // even the first time
    for (int i = 0; i < 100; i++) {
        mutexes_and_spins();
        semaphores();
        rwlocks();
        CHECK_EQ(weft_once(&flag, nothing), 0);
        CHECK_EQ(weft_key_get(key), &key);
    }
    print(1, "no calls\n");
    return 0;
}
