// SPDX-License-Identifier: MIT
// services.c - what the libc does in threads that it makes itself: timers that call
// a function, asynchronous reads and writes; and fork, with its handlers.
// posix: musl glibc
#include <aio.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/wait.h>
#include "standard.h"

static sem_t ticks;
static pthread_t main_thread;

static void tick(union sigval value)
{
    CHECK(!pthread_equal(pthread_self(), main_thread));
    CHECK_EQ(value.sival_int, 42);
    sem_post(&ticks);
}

static void timers(void)
{
    struct sigevent event;
    timer_t timer;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = tick;
    event.sigev_value.sival_int = 42;
    const struct itimerspec often = {{0, 2000000}, {0, 2000000}};
    CHECK_EQ(sem_init(&ticks, 0, 0), 0);
    CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    CHECK_EQ(timer_settime(timer, 0, &often, NULL), 0);
    for (int i = 0; i < 5; i++) {
        while (sem_wait(&ticks) != 0) {
        }
    }
    CHECK_EQ(timer_delete(timer), 0);
}

static void asynchronous(void)
{
    char out[] = "written behind one's back", in[sizeof out];
    FILE *file = tmpfile();
    struct aiocb job;
    memset(&job, 0, sizeof job);
    CHECK(file != NULL);
    job.aio_fildes = fileno(file);
    job.aio_buf = out;
    job.aio_nbytes = sizeof out;
    job.aio_sigevent.sigev_notify = SIGEV_NONE;
    const struct aiocb *list[] = {&job};
    CHECK_EQ(aio_write(&job), 0);
    while (aio_error(&job) == EINPROGRESS) {
        aio_suspend(list, 1, NULL);
    }
    CHECK_EQ(aio_return(&job), sizeof out);
    job.aio_buf = in;
    CHECK_EQ(aio_read(&job), 0);
    while (aio_error(&job) == EINPROGRESS) {
        aio_suspend(list, 1, NULL);
    }
    CHECK_EQ(aio_return(&job), sizeof in);
    CHECK(memcmp(in, out, sizeof in) == 0);
    fclose(file);
}

static int prepared, in_parent, in_child;

static void prepare(void)
{
    prepared++;
}

static void parent(void)
{
    in_parent++;
}

static void child(void)
{
    in_child++;
}

static void *ends(void *arg)
{
    return arg;
}

static void forks(void)
{
    pthread_t t;
    int status = -1;
    CHECK_EQ(pthread_atfork(prepare, parent, child), 0);
    pid_t pid = fork();
    if (pid == 0) {
        CHECK_EQ(in_child, 1);
        CHECK_EQ(in_parent, 0);
        CHECK(pthread_equal(pthread_self(), main_thread));
        CHECK_EQ(pthread_create(&t, NULL, ends, NULL), 0);
        CHECK_EQ(pthread_join(t, NULL), 0);
        _exit(0);
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(prepared, 1);
    CHECK_EQ(in_parent, 1);
    CHECK_EQ(in_child, 0);
}

int main(int argc, char **argv)
{
    main_thread = pthread_self();
    if (argc > 1 && strcmp(argv[1], "fork") == 0) {
        forks();
        return 0;
    }
    timers();
    asynchronous();
    return 0;
}
