// SPDX-License-Identifier: MIT
// cancel.c - a thread that is asked to end: where it does, and what it leaves.
// posix: musl glibc
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "standard.h"

static int pipe_ends[2], sockets[2];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem, there;
static pthread_t sleeper;

static void in_read(void)
{
    char c;
    CHECK(read(pipe_ends[0], &c, 1) < 0);
}

static void in_recv(void)
{
    char c;
    CHECK(recv(sockets[0], &c, 1, 0) < 0);
}

static void in_poll(void)
{
    struct pollfd fd = {pipe_ends[0], POLLIN, 0};
    poll(&fd, 1, -1);
}

static void in_select(void)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pipe_ends[0], &set);
    select(pipe_ends[0] + 1, &set, NULL, NULL, NULL);
}

static void in_sleep(void)
{
    sleep(1000);
}

static void in_nanosleep(void)
{
    struct timespec time = {1000, 0};
    nanosleep(&time, NULL);
}

static void in_pause(void)
{
    pause();
}

static void in_waitpid(void)
{
    int status;
    waitpid(-1, &status, 0);
    pause(); // there may be no child
}

static void in_sigwait(void)
{
    sigset_t set;
    int sig;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigwait(&set, &sig);
}

static void in_sem_wait(void)
{
    sem_wait(&sem);
}

static void in_sem_timedwait(void)
{
    struct timespec time = after(CLOCK_REALTIME, 1000000);
    sem_timedwait(&sem, &time);
}

static void unlock(void *arg)
{
    CHECK_EQ(pthread_mutex_unlock(arg), 0); // it is held again
}

static void in_cond_wait(void)
{
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    pthread_cleanup_push(unlock, &mutex);
    for (;;) {
        pthread_cond_wait(&cond, &mutex);
    }
    pthread_cleanup_pop(1);
}

static void in_cond_timedwait(void)
{
    struct timespec time = after(CLOCK_REALTIME, 1000000);
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    pthread_cleanup_push(unlock, &mutex);
    for (;;) {
        pthread_cond_timedwait(&cond, &mutex, &time);
    }
    pthread_cleanup_pop(1);
}

static void in_join(void)
{
    pthread_join(sleeper, NULL);
}

static void in_testcancel(void)
{
    for (;;) {
        pthread_testcancel();
        sched_yield();
    }
}

static void in_nothing(void) // asynchronously
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (volatile int i = 0;; i++) {
    }
}

static void (*const points[])(void) = {
    in_read,           in_recv,      in_poll,          in_select,
    in_sleep,          in_nanosleep, in_pause,         in_waitpid,
    in_sigwait,        in_sem_wait,  in_sem_timedwait, in_cond_wait,
    in_cond_timedwait, in_join,      in_testcancel,    in_nothing,
};
enum { POINTS = sizeof points / sizeof *points };

static int order[4], ended;

static void note(void *number)
{
    order[ended++] = *(int *)number;
}

static void *runs(void *point)
{
    int one = 1, two = 2, three = 3;
    pthread_cleanup_push(note, &one);
    pthread_cleanup_push(note, &two);
    pthread_cleanup_push(note, &three);
    pthread_cleanup_pop(0);
    sem_post(&there);
    (*(void (*const *)(void))point)();
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *sleeps(void *arg)
{
    for (;;) {
        pause();
    }
    return arg;
}

static void all_points(void)
{
    pthread_t t;
    void *result;
    for (int i = 0; i < 2 * POINTS; i++) {
        ended = 0;
        CHECK_EQ(pthread_create(&t, NULL, runs, (void *)&points[i / 2]), 0);
        if (i % 2) { // sometimes before it is there, sometimes after
            while (sem_wait(&there) != 0) {
            }
            usleep(2000);
        }
        CHECK_EQ(pthread_cancel(t), 0);
        CHECK_EQ(pthread_join(t, &result), 0);
        CHECK(result == PTHREAD_CANCELED);
        CHECK_EQ(ended, 2);
        CHECK_EQ(order[0], 2);
        CHECK_EQ(order[1], 1);
        CHECK_EQ(pthread_mutex_trylock(&mutex), 0);
        CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
        while (sem_trywait(&there) == 0) {
        }
    }
    CHECK_EQ(pthread_cancel(sleeper), 0);
    CHECK_EQ(pthread_join(sleeper, NULL), 0); // nobody has joined it
}

static void *disables(void *arg)
{
    int old = -1;
    char c;
    CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old), 0);
    CHECK_EQ(old, PTHREAD_CANCEL_ENABLE);
    CHECK_EQ(pthread_setcancelstate(77, &old), EINVAL);
    CHECK_EQ(pthread_setcanceltype(77, &old), EINVAL);
    CHECK_EQ(pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &old), 0);
    CHECK_EQ(old, PTHREAD_CANCEL_DEFERRED);
    sem_post(&there);
    CHECK_EQ(read(pipe_ends[0], &c, 1), 1); // the request is there by then
    pthread_testcancel();
    CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL), 0);
    pthread_testcancel();
    return arg;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int tries;

static void try_once(void)
{
    if (++tries == 1) {
        sem_post(&there);
        pause();
    }
}

static void *once_in_vain(void *arg)
{
    pthread_once(&once, try_once);
    return arg;
}

static void states(void)
{
    pthread_t t;
    void *result;
    CHECK_EQ(pthread_create(&t, NULL, disables, NULL), 0);
    CHECK_EQ(sem_wait(&there), 0);
    CHECK_EQ(pthread_cancel(t), 0);
    CHECK_EQ(write(pipe_ends[1], "x", 1), 1);
    CHECK_EQ(pthread_join(t, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_EQ(pthread_create(&t, NULL, once_in_vain, NULL), 0);
    CHECK_EQ(sem_wait(&there), 0);
    CHECK_EQ(pthread_cancel(t), 0);
    CHECK_EQ(pthread_join(t, &result), 0);
    CHECK_EQ(pthread_once(&once, try_once), 0); // the first did not count
    CHECK_EQ(pthread_once(&once, try_once), 0);
    CHECK_EQ(tries, 2);
}

static pthread_key_t key;
static int rounds;

static void again(void *value)
{
    rounds++;
    pthread_setspecific(key, value);
}

static void leave_again(void *arg)
{
    pthread_exit(arg); // from a cleanup handler: the next one follows
}

static void *leaves(void *arg)
{
    int one = 1;
    CHECK_EQ(pthread_setspecific(key, arg), 0);
    pthread_cleanup_push(note, &one);
    // What POSIX leaves undefined; glibc's own threads hang.
    pthread_cleanup_push(STOCK ? note : leave_again, &rounds);
    pthread_exit(&rounds);
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return NULL;
}

static void exits(void)
{
    pthread_t t;
    void *result;
    ended = 0;
    CHECK_EQ(pthread_key_create(&key, again), 0);
    CHECK_EQ(pthread_create(&t, NULL, leaves, &key), 0);
    CHECK_EQ(pthread_join(t, &result), 0);
    CHECK(result == &rounds);
    CHECK_EQ(ended, STOCK ? 2 : 1);
    CHECK_EQ(rounds, 4); // PTHREAD_DESTRUCTOR_ITERATIONS
    CHECK_EQ(pthread_key_delete(key), 0);
}

int main(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    CHECK_EQ(pipe(pipe_ends), 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    CHECK_EQ(sem_init(&sem, 0, 0), 0);
    CHECK_EQ(sem_init(&there, 0, 0), 0);
    CHECK_EQ(pthread_create(&sleeper, NULL, sleeps, NULL), 0);
    all_points();
    states();
    exits();
    return 0;
}
