// SPDX-License-Identifier: MIT
// early_heap.c - a malloc of the program's own that uses threads' functions as
// allocators do. The libc's start-up calls malloc before any constructor has run.
// posix: musl glibc
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/wait.h>
#include "standard.h"

enum { HEAP = 1 << 24, HEADER = 16, THREADS = 8, PIECES = 1000 };

static _Alignas(HEADER) char heap[HEAP];
static size_t used;
static int calls;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static pthread_t first; // who called first
static pthread_mutex_t again, mine;
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int early_handlers;

static void count(void *counter)
{
    ++*(int *)counter;
}

static void make(void)
{
    CHECK_EQ(pthread_key_create(&key, NULL), 0);
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    CHECK_EQ(pthread_mutex_init(&again, &attr), 0);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    CHECK_EQ(pthread_mutex_init(&mine, &attr), 0);
    pthread_mutexattr_destroy(&attr);
    CHECK_EQ(pthread_mutex_lock(&mine), 0); // main unlocks it
    CHECK_EQ(pthread_mutex_lock(&mine), EDEADLK);
    first = pthread_self();
    int state;
    CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state), 0);
    CHECK_EQ(state, PTHREAD_CANCEL_ENABLE);
    CHECK_EQ(pthread_setcancelstate(state, NULL), 0);
    pthread_testcancel();
    pthread_cleanup_push(count, &early_handlers);
    pthread_cleanup_pop(1);
    CHECK_EQ(pthread_kill(first, 0), 0);
    sched_yield();
}

void *malloc(size_t size)
{
    CHECK_EQ(pthread_once(&once, make), 0);
    if (pthread_getspecific(key) == NULL) {
        CHECK_EQ(pthread_setspecific(key, heap), 0);
    }
    CHECK_EQ(pthread_rwlock_rdlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_wrlock(&rwlock), 0);
    calls++;
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_mutex_lock(&again), 0);
    CHECK_EQ(pthread_mutex_lock(&again), 0);
    CHECK_EQ(pthread_mutex_lock(&plain), 0);
    size_t at = used;
    used += (size + HEADER + HEADER - 1) & ~(size_t)(HEADER - 1);
    CHECK(used <= HEAP);
    CHECK_EQ(pthread_mutex_unlock(&plain), 0);
    CHECK_EQ(pthread_cond_signal(&cond), 0);
    CHECK_EQ(pthread_mutex_unlock(&again), 0);
    CHECK_EQ(pthread_mutex_unlock(&again), 0);
    memcpy(heap + at, &size, sizeof size);
    return heap + at + HEADER;
}

// The libc calls them otherwise.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
void free(void *piece)
{
    (void)piece;
}

void *calloc(size_t number, size_t size)
{
    return malloc(number * size); // never used before: it is zero
}

void *realloc(void *piece, size_t size)
{
    char *larger = malloc(size);
    if (piece != NULL) {
        size_t old;
        memcpy(&old, (char *)piece - HEADER, sizeof old);
        memcpy(larger, piece, old < size ? old : size);
    }
    return larger;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

static void *allocate(void *arg)
{
    CHECK(pthread_getspecific(key) == NULL || pthread_self() == first);
    for (size_t i = 1; i <= PIECES; i++) {
        char *volatile piece = malloc(i % 16 + 1);
        piece[0] = (char)i;
        free(piece);
    }
    CHECK(pthread_getspecific(key) == heap);
    return arg;
}

static void allocate_in_threads(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_create(&threads[i], NULL, allocate, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    }
}

static int calls_before_main;

__attribute__((constructor(101))) static void look(void)
{
    calls_before_main = calls;
}

int main(void)
{
#ifdef __GLIBC__
    CHECK(calls_before_main > 0); // else the test is of nothing
#endif
    allocate(NULL); // beside musl, whose start-up needs no heap, the first
    CHECK(pthread_equal(first, pthread_self()));
    CHECK_EQ(early_handlers, 1);
    CHECK_EQ(pthread_mutex_unlock(&mine), 0);
    CHECK_EQ(pthread_mutex_unlock(&mine), EPERM);
    allocate_in_threads();
    pid_t child = fork();
    if (child == 0) {
        allocate_in_threads();
        _exit(0);
    }
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    return 0;
}
