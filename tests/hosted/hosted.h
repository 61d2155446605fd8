// SPDX-License-Identifier: MIT
// hosted.h - what the test programs with a libc share.
//
// Such a program is one file beside this one, with the libc's main. It proves one
// thing and ends with status 0; a CHECK that fails prints where and ends the
// process with status 1. ../programs.def says how it is run, as
// <libc>_<program>. What it uses of Weft is what every user has: <weft.h>.
#ifndef HOSTED_H
#define HOSTED_H

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <weft.h>

// ---- checks ----

static inline _Noreturn void fail_at(const char *file, int line,
                                     const char *what, long a, long b)
{
    dprintf(2, "%s:%d: %s: %ld, %ld\n", file, line, what, a, b);
    _exit(1);
}

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fail_at(__FILE__, __LINE__, #condition, 0, 1);                     \
        }                                                                      \
    } while (0)

// Numbers or pointers; each side is evaluated once.
#define CHECK_EQ(a, b)                                                         \
    do {                                                                       \
        long check_a = (long)(a);                                              \
        long check_b = (long)(b);                                              \
        if (check_a != check_b) {                                              \
            fail_at(__FILE__, __LINE__, #a " == " #b, check_a, check_b);       \
        }                                                                      \
    } while (0)

// ---- arguments and lots ----

static inline int is_case(int argc, char **argv, const char *name)
{
    return argc > 1 && strcmp(argv[1], name) == 0;
}

static inline long number(int argc, char **argv, int index, long fallback)
{
    return index < argc ? strtol(argv[index], NULL, 10) : fallback;
}

// A row of random numbers; its seed is printed, and taken back as argv[index].
static inline uint64_t random_start(int argc, char **argv, int index)
{
    uint64_t seed = (uint64_t)number(argc, argv, index, 0);
    if (index >= argc) {
        CHECK_EQ(getrandom(&seed, sizeof seed, 0), sizeof seed);
        seed >>= 1;
    }
    fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
    return seed;
}

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}

// ---- threads ----

static inline weft_thread start(void *(*function)(void *), void *arg)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, function, arg), 0);
    return thread;
}

static inline void *join(weft_thread thread)
{
    void *value;
    CHECK_EQ(weft_join(thread, &value), 0);
    return value;
}

// For a thread whose creator may have been sent a signal while it was created:
// qemu-user 7.2 blocks all signals of its own until that one is handled, and the
// newborn inherits the block, until it changes its mask.
static inline void be_born(void)
{
    sigset_t nothing;
    sigemptyset(&nothing);
    sigprocmask(SIG_BLOCK, &nothing, NULL);
}

// Not usleep, which gives the kernel one struct both for what it asks and for what
// remains: when a signal comes in time, qemu-user 7.2 starts the call again after
// it has written into the second what happened to lie on its stack.
static inline void doze(long ns)
{
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

// A word that threads wait for; no test needs more speed.
static inline void set(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

static inline uint32_t get(uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static inline void until(uint32_t *word, uint32_t value)
{
    while (get(word) != value) {
        weft_yield();
    }
}

// Waits until the kernel has the thread asleep.
static inline void until_asleep(weft_thread thread)
{
    char path[64];
    char text[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", weft_tid(thread));
    for (;;) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        CHECK(fd >= 0);
        ssize_t length = read(fd, text, sizeof text - 1);
        CHECK(length > 0);
        close(fd);
        text[length] = '\0';
        const char *end = strrchr(text, ')'); // of the name
        CHECK(end != NULL);
        if (end[2] == 'S') {
            return;
        }
        weft_yield();
    }
}

// How many threads the kernel has of this process (qemu-user has one of its own).
static inline int task_count(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/task");
    CHECK(directory != NULL);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

// Waits until there are no more than that: a detached thread may be on its last
// steps still.
static inline void until_tasks(int count)
{
    while (task_count() > count) {
        weft_yield();
    }
}

#endif
