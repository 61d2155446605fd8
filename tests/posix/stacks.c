// SPDX-License-Identifier: MIT
// stacks.c - where a thread's stack is said to be, and how small it may be.
// posix: musl glibc
//
// Garbage collectors and runtimes of languages ask pthread_getattr_np where to look,
// in threads that are made by others, and in main after it has changed its
// environment; where there is no /proc, too.
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "standard.h"

enum { KIB = 1024, MOST = 256 * KIB };

struct range {
    char *low;
    size_t size;
};

static struct range stack_of(pthread_t thread)
{
    struct range range;
    pthread_attr_t attr;
    CHECK_EQ(pthread_getattr_np(thread, &attr), 0);
    CHECK_EQ(pthread_attr_getstack(&attr, (void **)&range.low, &range.size), 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    return range;
}

static int holds(struct range range, const char *address)
{
    return range.low <= address && address < range.low + range.size;
}

static void *run(const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
    pthread_t t;
    void *result;
    CHECK_EQ(pthread_create(&t, attr, start, arg), 0);
    CHECK_EQ(pthread_join(t, &result), 0);
    return result;
}

// ---- sizes ----

static void *check_size(void *size)
{
    char here;
    struct range mine = stack_of(pthread_self());
    CHECK(holds(mine, &here));
    CHECK(mine.low + mine.size - &here < 8 * KIB); // hardly used
    CHECK_EQ((uintptr_t)mine.low % (uintptr_t)sysconf(_SC_PAGESIZE), 0);
    CHECK_EQ(mine.size, *(size_t *)size);
    for (volatile char *at = mine.low; at < &here; at += 512) {
        *at = 1; // all of it can be used
    }
    return NULL;
}

static void sizes(void)
{
    static const size_t sizes[] = {256 * KIB, 64 * KIB * 5, 1024 * KIB};
    pthread_attr_t attr;
    size_t by_default, size;
    void *low = &attr;
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_getstack(&attr, &low, &size), 0);
    CHECK(low == NULL);
    CHECK_EQ(pthread_attr_getstacksize(&attr, &by_default), 0);
    run(NULL, check_size, &by_default);
    for (int i = 0; i < 3; i++) {
        size = sizes[i];
        CHECK_EQ(pthread_attr_setstacksize(&attr, size), 0);
        run(&attr, check_size, &size);
    }
#ifndef __GLIBC__ // what musl's own header calls PTHREAD_STACK_MIN
    CHECK_EQ(pthread_attr_setstacksize(&attr, 2048), 0);
#endif
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

// ---- the smallest ----

static void handle(int sig)
{
    (void)sig;
}

static void *take_signal(void *arg)
{
    CHECK_EQ(raise(SIGUSR1), 0);
    return arg;
}

static void smallest(void)
{
    const size_t half = MOST / 2;
    char *memory = mmap(NULL, MOST, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attr;
    size_t size = 512;
    CHECK(signal(SIGUSR1, handle) != SIG_ERR);
    CHECK_EQ(pthread_attr_init(&attr), 0);
    int error;
    while ((error = pthread_attr_setstack(&attr, memory + half, size)) != 0) {
        CHECK_EQ(error, EINVAL);
        size += 512;
        CHECK(size <= half);
    }
    CHECK(size <= (size_t)PTHREAD_STACK_MIN || size <= 16 * KIB);
    memset(memory, 0x5a, half);
    run(&attr, take_signal, NULL);
    for (size_t i = 0; i < half; i++) {
        CHECK_EQ(memory[i], 0x5a);
    }
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

// ---- main ----

static pthread_t main_thread;
static const char *in_main;

static void *look_at_main(void *arg)
{
    CHECK(holds(stack_of(main_thread), in_main));
    return arg;
}

static void check_main(struct range before)
{
    char here;
    struct range now = stack_of(main_thread);
    CHECK(holds(now, &here));
    CHECK(now.low + now.size == before.low + before.size);
    run(NULL, look_at_main, NULL);
}

static void of_main(void)
{
    struct range before = stack_of(main_thread);
    struct rlimit limit;
    check_main(before);
    CHECK_EQ(setenv("A_NEW_ONE", "new", 1), 0);
    check_main(before);
    CHECK_EQ(clearenv(), 0);
    check_main(before);
    CHECK_EQ(getrlimit(RLIMIT_STACK, &limit), 0);
    CHECK(limit.rlim_cur == RLIM_INFINITY || before.size <= limit.rlim_cur);
    CHECK(before.size >= 64 * KIB);
#ifdef WEFT // as where there is no /proc: no file can be opened
    struct rlimit none = {0, 0};
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    check_main(before);
    CHECK(stack_of(main_thread).size >= 64 * KIB);
    limit.rlim_cur = limit.rlim_max;
    CHECK_EQ(setrlimit(RLIMIT_STACK, &limit), 0);
    check_main(before);
#endif
}

int main(void)
{
    char here;
    in_main = &here;
    main_thread = pthread_self();
    sizes();
    smallest();
    of_main();
    return 0;
}
