// SPDX-License-Identifier: MIT
// gone.c - locks whose waiters are gone: in the child of a fork, and when a process
// that waits ends, or is killed.
// posix: musl glibc
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "standard.h"

enum { FORKS = 50, WORKERS = 4, ROUNDS = 20 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *shared;
static int stop; // guarded by mutex

static void nap(long microseconds)
{
    const struct timespec time = {0, microseconds * 1000};
    nanosleep(&time, NULL);
}

static void use_in_child(pthread_mutex_t *m)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        alarm(20);
        CHECK_EQ(pthread_mutex_lock(m), 0);
        CHECK_EQ(pthread_mutex_unlock(m), 0);
        _exit(0);
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
}

// ---- pthread_atfork(lock, unlock, unlock) ----

static void lock(void)
{
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
}

static void unlock(void)
{
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
}

static void *work(void *arg)
{
    for (int stopped = 0; !stopped;) {
        lock();
        stopped = stop;
        nap(100);
        unlock();
    }
    return arg;
}

static void forks(void)
{
    pthread_t worker[WORKERS];
    CHECK_EQ(pthread_atfork(lock, unlock, unlock), 0);
    for (int i = 0; i < WORKERS; i++) {
        CHECK_EQ(pthread_create(&worker[i], NULL, work, NULL), 0);
    }
    for (int i = 0; i < FORKS; i++) {
        nap(2000);
        use_in_child(&mutex);
    }
    lock();
    stop = 1;
    unlock();
    for (int i = 0; i < WORKERS; i++) {
        CHECK_EQ(pthread_join(worker[i], NULL), 0);
    }
}

// ---- a process that waits ----

static void *wait_for_ever(void *arg)
{
    for (;;) {
        pthread_mutex_lock(shared);
        pthread_mutex_unlock(shared);
    }
    return arg;
}

static void shared_with_who_ends(int killed)
{
    int to_child[2], status;
    char byte = 0;
    pthread_t thread;
    CHECK_EQ(pthread_mutex_lock(shared), 0);
    CHECK_EQ(pipe(to_child), 0);
    pid_t pid = fork();
    if (pid == 0) {
        CHECK_EQ(pthread_create(&thread, NULL, wait_for_ever, NULL), 0);
        CHECK_EQ(read(to_child[0], &byte, 1), 1);
        exit(0);
    }
    nap(2000);
    for (int i = 0; i < 6; i++) { // it is let down until it starves
        CHECK_EQ(pthread_mutex_unlock(shared), 0);
        CHECK_EQ(pthread_mutex_lock(shared), 0);
        nap(500);
    }
    if (killed) {
        CHECK_EQ(kill(pid, SIGKILL), 0);
    } else {
        CHECK_EQ(write(to_child[1], &byte, 1), 1);
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    close(to_child[0]);
    close(to_child[1]);
    CHECK_EQ(pthread_mutex_unlock(shared), 0);
    use_in_child(shared);
}

int main(void)
{
    pthread_mutexattr_t attr;
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    CHECK_EQ(pthread_mutexattr_init(&attr), 0);
    CHECK_EQ(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED), 0);
    CHECK_EQ(pthread_mutex_init(shared, &attr), 0);
    for (int i = 0; i < ROUNDS; i++) { // before there are threads here
        shared_with_who_ends(i % 2);
    }
    forks();
    return 0;
}
