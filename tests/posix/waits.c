// SPDX-License-Identifier: MIT
// waits.c - condition variables, semaphores, joins: how long, on which clock, and
// what ends a wait.
// posix: musl glibc
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "standard.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int state;

static void *advance(void *arg)
{
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    state++;
    CHECK_EQ(pthread_cond_signal(&cond), 0);
    while (state < 2) {
        CHECK_EQ(pthread_cond_wait(&cond, &mutex), 0);
    }
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    return arg;
}

static void conditions(void)
{
    pthread_t t;
    CHECK_EQ(pthread_create(&t, NULL, advance, NULL), 0);
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    while (state < 1) {
        CHECK_EQ(pthread_cond_wait(&cond, &mutex), 0);
    }
    state = 2;
    CHECK_EQ(pthread_cond_broadcast(&cond), 0);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(pthread_join(t, NULL), 0);
    // Nobody signals.
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    struct timespec time = after(CLOCK_REALTIME, 5);
    CHECK_EQ(pthread_cond_timedwait(&cond, &mutex, &time), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_trylock(&mutex), EBUSY); // it is held again
    struct timespec now = after(CLOCK_REALTIME, 0);
    CHECK(now.tv_sec > time.tv_sec ||
          (now.tv_sec == time.tv_sec && now.tv_nsec >= time.tv_nsec));
    time = after(CLOCK_REALTIME, -5000);
    CHECK_EQ(pthread_cond_timedwait(&cond, &mutex, &time), ETIMEDOUT);
    time.tv_nsec = 1000000000;
    CHECK_EQ(pthread_cond_timedwait(&cond, &mutex, &time), EINVAL);
    time.tv_nsec = -1;
    CHECK_EQ(pthread_cond_timedwait(&cond, &mutex, &time), EINVAL);
    CHECK_EQ(pthread_mutex_trylock(&mutex), EBUSY);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
}

static void clocks(void)
{
    pthread_condattr_t attr;
    pthread_cond_t c;
    clockid_t clock;
    CHECK_EQ(pthread_condattr_init(&attr), 0);
    CHECK_EQ(pthread_condattr_getclock(&attr, &clock), 0);
    CHECK_EQ(clock, CLOCK_REALTIME);
    CHECK_EQ(pthread_condattr_setclock(&attr, CLOCK_PROCESS_CPUTIME_ID),
             EINVAL);
    CHECK_EQ(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), 0);
    CHECK_EQ(pthread_cond_init(&c, &attr), 0);
    CHECK_EQ(pthread_condattr_destroy(&attr), 0);
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    struct timespec time = after(CLOCK_MONOTONIC, 5);
    CHECK_EQ(pthread_cond_timedwait(&c, &mutex, &time), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(pthread_cond_destroy(&c), 0);
#ifdef WEFT
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    time = after(CLOCK_MONOTONIC, 5);
    CHECK_EQ(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &time),
             ETIMEDOUT);
    CHECK_EQ(
        pthread_cond_clockwait(&cond, &mutex, CLOCK_PROCESS_CPUTIME_ID, &time),
        EINVAL);
    CHECK_EQ(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &time),
             ETIMEDOUT);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    sem_t sem;
    CHECK_EQ(sem_init(&sem, 0, 0), 0);
    CHECK_EQ(sem_clockwait(&sem, CLOCK_MONOTONIC, &time), -1);
    CHECK_EQ(errno, ETIMEDOUT);
#endif
}

// ---- semaphores ----

static void handler(int sig)
{
    (void)sig;
}

static void *interrupts(void *thread)
{
    for (int i = 0; i < 1000; i++) {
        usleep(1000);
        pthread_kill(*(pthread_t *)thread, SIGUSR1);
    }
    return NULL;
}

static void interrupted(sem_t *sem)
{
    pthread_t self = pthread_self(), t;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    CHECK_EQ(pthread_create(&t, NULL, interrupts, &self), 0);
    CHECK_EQ(sem_wait(sem), -1);
    CHECK_EQ(errno, EINTR);
    CHECK_EQ(pthread_cancel(t), 0);
    CHECK_EQ(pthread_join(t, NULL), 0);
}

static void semaphores(void)
{
    sem_t sem;
    int value;
    CHECK_EQ(sem_init(&sem, 0, (unsigned)SEM_VALUE_MAX + 1), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(sem_init(&sem, 0, SEM_VALUE_MAX), 0);
    CHECK_EQ(sem_post(&sem), -1);
    CHECK_EQ(errno, EOVERFLOW);
    struct {
        int odd;
        sem_t sem;
    } inside = {0};
    CHECK_EQ(sem_init(&inside.sem, 0, 1), 0);
    CHECK_EQ(sem_wait(&inside.sem), 0);
    CHECK_EQ(sem_post(&inside.sem), 0);
    CHECK_EQ(sem_init(&sem, 0, 1), 0);
    CHECK_EQ(sem_getvalue(&sem, &value), 0);
    CHECK_EQ(value, 1);
    CHECK_EQ(sem_wait(&sem), 0);
    CHECK_EQ(sem_trywait(&sem), -1);
    CHECK_EQ(errno, EAGAIN);
    struct timespec time = after(CLOCK_REALTIME, 3);
    CHECK_EQ(sem_timedwait(&sem, &time), -1);
    CHECK_EQ(errno, ETIMEDOUT);
    time.tv_nsec = 1000000000;
    CHECK_EQ(sem_timedwait(&sem, &time), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(sem_post(&sem), 0);
    CHECK(sem_timedwait(&sem, &time) == 0 // no need to wait
          || (STOCK && sem_wait(&sem) == 0));
    interrupted(&sem);
    CHECK_EQ(sem_destroy(&sem), 0);
}

static void named(void)
{
    char name[64], longest[NAME_MAX + 20];
    int value;
    snprintf(name, sizeof name, "/weft-test-%ld", (long)getpid());
    CHECK(sem_open(name, 0) == SEM_FAILED);
    CHECK_EQ(errno, ENOENT);
    sem_t *sem = sem_open(name, O_CREAT, 0600, 2);
    CHECK(sem != SEM_FAILED);
    CHECK(sem_open(name, O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED);
    CHECK_EQ(errno, EEXIST);
    CHECK(sem_open(name, O_CREAT, 0600, 7) == sem);
    CHECK_EQ(sem_close(sem), 0);
    CHECK_EQ(sem_getvalue(sem, &value), 0);
    CHECK_EQ(value, 2);
    if (fork() == 0) { // another process has the same one
        _exit(sem_wait(sem_open(name, 0)));
    }
    CHECK(wait(&value) > 0);
    CHECK_EQ(value, 0);
    CHECK_EQ(sem_getvalue(sem, &value), 0);
    CHECK_EQ(value, 1);
    CHECK_EQ(sem_unlink(name), 0);
    CHECK_EQ(sem_unlink(name), -1);
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(sem_close(sem), 0);
    memset(longest, 'n', sizeof longest - 1);
    longest[0] = '/';
    longest[sizeof longest - 1] = '\0';
    CHECK(sem_open(longest, O_CREAT, 0600, 1) == SEM_FAILED);
    CHECK(errno == ENAMETOOLONG || (STOCK && errno == EINVAL));
    CHECK(sem_open(name, O_CREAT, 0600, (unsigned)SEM_VALUE_MAX + 1) ==
          SEM_FAILED);
    CHECK_EQ(errno, EINVAL);
}

// ---- between processes ----

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    pthread_barrier_t barrier;
    sem_t sem;
    int value;
};

static void child(struct shared *s)
{
    CHECK_EQ(pthread_mutex_lock(&s->mutex), 0);
    while (s->value != 1) {
        CHECK_EQ(pthread_cond_wait(&s->cond, &s->mutex), 0);
    }
    s->value = 2;
    CHECK_EQ(pthread_cond_signal(&s->cond), 0);
    CHECK_EQ(pthread_mutex_unlock(&s->mutex), 0);
    pthread_barrier_wait(&s->barrier);
    CHECK_EQ(sem_post(&s->sem), 0);
    _exit(0);
}

static void between_processes(void)
{
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t mutexattr;
    pthread_condattr_t condattr;
    pthread_barrierattr_t barrierattr;
    int status = -1;
    CHECK(s != MAP_FAILED);
    CHECK_EQ(pthread_mutexattr_init(&mutexattr), 0);
    CHECK_EQ(pthread_mutexattr_setpshared(&mutexattr, 1), 0);
    CHECK_EQ(pthread_mutex_init(&s->mutex, &mutexattr), 0);
    CHECK_EQ(pthread_condattr_init(&condattr), 0);
    CHECK_EQ(pthread_condattr_setpshared(&condattr, 1), 0);
    CHECK_EQ(pthread_cond_init(&s->cond, &condattr), 0);
    CHECK_EQ(pthread_barrierattr_init(&barrierattr), 0);
    CHECK_EQ(pthread_barrierattr_setpshared(&barrierattr, 1), 0);
    CHECK_EQ(pthread_barrier_init(&s->barrier, &barrierattr, 2), 0);
    CHECK_EQ(sem_init(&s->sem, 1, 0), 0);
    pid_t pid = fork();
    if (pid == 0) {
        child(s);
    }
    CHECK_EQ(pthread_mutex_lock(&s->mutex), 0);
    s->value = 1;
    CHECK_EQ(pthread_cond_broadcast(&s->cond), 0);
    while (s->value != 2) {
        CHECK_EQ(pthread_cond_wait(&s->cond, &s->mutex), 0);
    }
    CHECK_EQ(pthread_mutex_unlock(&s->mutex), 0);
    pthread_barrier_wait(&s->barrier);
    CHECK_EQ(sem_wait(&s->sem), 0);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(pthread_barrier_destroy(&s->barrier), 0);
    CHECK_EQ(pthread_cond_destroy(&s->cond), 0);
    CHECK_EQ(pthread_mutex_destroy(&s->mutex), 0);
    CHECK_EQ(sem_destroy(&s->sem), 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "processes") == 0) {
        named();
        between_processes();
        return 0;
    }
    conditions();
    clocks();
    semaphores();
    return 0;
}
