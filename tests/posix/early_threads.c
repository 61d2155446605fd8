// SPDX-License-Identifier: MIT
// early_threads.c - threads from constructors of every priority, and from before.
// posix: musl glibc
#include <pthread.h>
#include <sys/wait.h>
#include "standard.h"

static pthread_key_t key;
static pthread_t main_thread;
static int destroyed;
static FILE *stream; // opened before there is a thread

static void count(void *value)
{
    (void)value;
    destroyed++;
}

static void *work(void *round)
{
    CHECK(!pthread_equal(pthread_self(), main_thread));
    CHECK(pthread_getspecific(key) == NULL);
    CHECK_EQ(pthread_setspecific(key, round), 0);
    CHECK(pthread_getspecific(key) == round);
    void *volatile piece = malloc(1000);
    free(piece);
    CHECK(fprintf(stream, "%d", *(int *)round) > 0);
    return round;
}

static void run(int *round)
{
    pthread_t thread;
    void *result = NULL;
    CHECK_EQ(pthread_create(&thread, NULL, work, round), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == round);
    CHECK_EQ(destroyed, *round);
    CHECK(pthread_equal(pthread_self(), main_thread));
    CHECK(pthread_getspecific(key) == &key);
}

static void next(void)
{
    static int rounds;
    if (rounds == 0) {
        main_thread = pthread_self();
        CHECK((stream = fopen("/dev/null", "w")) != NULL);
        CHECK_EQ(pthread_key_create(&key, count), 0);
        CHECK_EQ(pthread_setspecific(key, &key), 0);
    }
    rounds++;
    run(&rounds);
    pid_t child = fork();
    if (child == 0) {
        rounds++;
        run(&rounds);
        _exit(0);
    }
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

#ifdef __GLIBC__ // musl does not call what stands there
enum { ROUNDS = 6 };
__attribute__((section(".preinit_array"),
               used)) static void (*preinit)(void) = next;
#else
enum { ROUNDS = 5 };
#endif

__attribute__((constructor(101))) static void first(void)
{
    next();
}

__attribute__((constructor(2000))) static void second(void)
{
    next();
}

__attribute__((constructor(65535))) static void third(void)
{
    next();
}

__attribute__((constructor)) static void fourth(void)
{
    next();
}

// Threads that end otherwise than by a return, before the compiler's run-time
// library knows of a table by which to leave frames. (Its own threads end the
// process then, beside glibc.)
static void *leave(void *arg)
{
    pthread_exit(arg);
}

static void *be_cancelled(void *arg)
{
    for (;;) {
        pause();
    }
    return arg;
}

__attribute__((constructor(102))) static void end_otherwise(void)
{
    if (STOCK) {
        return;
    }
    pthread_t thread;
    void *result = NULL;
    CHECK_EQ(pthread_create(&thread, NULL, leave, &key), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == &key);
    CHECK_EQ(pthread_create(&thread, NULL, be_cancelled, NULL), 0);
    CHECK_EQ(pthread_cancel(thread), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
}

int main(void)
{
    next();
    CHECK_EQ(destroyed, ROUNDS);
    return 0;
}
