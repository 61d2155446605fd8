// SPDX-License-Identifier: MIT
// heap_storm.c - threads that allocate, free what others have allocated, end, and
// fork. check_heaps.c links it with allocators that other people wrote, in C and in
// C++; here it is linked with the libc's own.
//
//     heap_storm [threads|forks|lives]
// posix: musl glibc
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "standard.h"

enum { THREADS = 4, PLACES = 64, STEPS = 20000, FORKS = 20, LIVES = 1500 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *places[PLACES]; // pieces in transit from one thread to another
static pthread_key_t key;
static int stop; // atomic

static unsigned draw(unsigned *state)
{
    return (*state = *state * 1664525 + 1013904223) >> 8;
}

// Leaves a new piece at some place, and takes what was there.
static void *exchange(unsigned place, void *piece)
{
    pthread_mutex_lock(&mutex);
    void *old = places[place];
    places[place] = piece;
    pthread_mutex_unlock(&mutex);
    return old;
}

static void step(unsigned *state)
{
    size_t size =
        sizeof(size_t) + draw(state) % (draw(state) % 64 ? 500 : 50000);
    char *piece = (char *)malloc(size);
    CHECK(piece != NULL);
    memset(piece, (int)size, size);
    memcpy(piece, &size, sizeof size);
    char *old = (char *)exchange(draw(state) % PLACES, piece);
    if (old != NULL) {
        memcpy(&size, old, sizeof size);
        CHECK(size == sizeof size || old[size - 1] == (char)size);
        free(old);
    }
}

// The last code of a thread allocates, too; and the allocator may have ended its own
// part in this thread before.
static void destroy(void *value)
{
    void *volatile piece = malloc(100);
    free(piece);
    free(value);
}

static void *work(void *seed)
{
    unsigned state = *(unsigned *)seed;
    CHECK_EQ(pthread_setspecific(key, calloc(1, 1000)), 0);
    for (int i = 0; i < STEPS; i++) {
        step(&state);
    }
    return NULL;
}

static void *work_until_stopped(void *seed)
{
    unsigned state = *(unsigned *)seed;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        step(&state);
    }
    return NULL;
}

static void together(void *(*run)(void *), void (*meanwhile)(void))
{
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        CHECK_EQ(pthread_create(&threads[i], NULL, run, &seeds[i]), 0);
    }
    if (meanwhile != NULL) {
        meanwhile();
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    }
}

static void wait_for(pid_t child)
{
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

// The child of a fork has the heap as the others left it.
static void fork_often(void)
{
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();
        if (child == 0) {
            for (size_t size = 1; size < 100000; size = size * 2 + 1) {
                void *volatile piece = malloc(size);
                free(piece);
            }
            _exit(0);
        }
        wait_for(child);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
}

static void *live_shortly(void *arg)
{
    enum { PIECES = 50, SIZE = 2000 };
    char *pieces[PIECES];
    CHECK_EQ(pthread_setspecific(key, calloc(1, 1000)), 0);
    for (int i = 0; i < PIECES; i++) {
        pieces[i] = (char *)malloc(SIZE);
        memset(pieces[i], 1, SIZE);
    }
    for (int i = 0; i < PIECES; i++) {
        free(pieces[i]);
    }
    return arg;
}

static long peak_kilobytes(void)
{
    struct rusage usage;
    CHECK_EQ(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

// What an allocator keeps for a thread is 100 KiB here. Its destructor gives it
// back.
static void live_and_die(void)
{
    long before = 0;
    for (int i = 0; i < LIVES; i++) {
        pthread_t thread;
        if (i == LIVES / 5) {
            before = peak_kilobytes();
        }
        CHECK_EQ(pthread_create(&thread, NULL, live_shortly, NULL), 0);
        CHECK_EQ(pthread_join(thread, NULL), 0);
    }
    CHECK(peak_kilobytes() - before < LIVES * 20);
}

static void fork_once(void)
{
    pid_t child = fork();
    if (child == 0) {
        together(work, NULL);
        exit(0);
    }
    wait_for(child);
}

static int is(int argc, char **argv, const char *part)
{
    return argc == 1 || strcmp(argv[1], part) == 0;
}

int main(int argc, char **argv)
{
    CHECK_EQ(pthread_key_create(&key, destroy), 0);
    if (is(argc, argv, "threads")) {
        together(work, NULL);
        fork_once();
    }
    if (is(argc, argv, "forks")) {
        together(work_until_stopped, fork_often);
    }
    if (argc > 1 &&
        is(argc, argv, "lives")) { // emulators keep memory of threads
        live_and_die();
    }
    return 0;
}
