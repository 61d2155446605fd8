// SPDX-License-Identifier: MIT
// attr_defaults.c - pthread_setattr_default_np: what it accepts is what threads get.
// posix: musl glibc
//
// A library that knows nothing of the attributes that a program wants creates its
// threads with NULL. What cannot be a default is refused, and changes nothing.
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include "standard.h"

enum { KIB = 1024 };

struct seen {
    size_t stack_size, guard_size;
    int cpus, blocked, policy, detached;
};

static struct seen seen;
static pthread_barrier_t both;

static void *look(void *arg)
{
    pthread_attr_t attr;
    void *low;
    cpu_set_t cpus;
    sigset_t mask;
    struct sched_param param;
    CHECK_EQ(pthread_getattr_np(pthread_self(), &attr), 0);
    CHECK_EQ(pthread_attr_getstack(&attr, &low, &seen.stack_size), 0);
    CHECK_EQ(pthread_attr_getguardsize(&attr, &seen.guard_size), 0);
    CHECK_EQ(pthread_attr_getdetachstate(&attr, &seen.detached), 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    CHECK_EQ(pthread_getaffinity_np(pthread_self(), sizeof cpus, &cpus), 0);
    seen.cpus = CPU_COUNT(&cpus);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    seen.blocked = sigismember(&mask, SIGUSR1);
    CHECK_EQ(pthread_getschedparam(pthread_self(), &seen.policy, &param), 0);
    pthread_barrier_wait(&both);
    return arg;
}

// What a thread is like that nobody asked anything of.
static struct seen thread_by_default(int joinable)
{
    pthread_t t;
    CHECK_EQ(pthread_create(&t, NULL, look, NULL), 0);
    pthread_barrier_wait(&both);
    if (joinable) {
        CHECK_EQ(pthread_join(t, NULL), 0);
    }
    return seen;
}

static void sizes(void)
{
    pthread_attr_t attr;
    size_t size;
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_setstacksize(&attr, 320 * KIB), 0);
    CHECK_EQ(pthread_attr_setguardsize(&attr, 64 * KIB), 0);
    CHECK_EQ(pthread_setattr_default_np(&attr), 0);
    struct seen is = thread_by_default(1);
    CHECK_EQ(is.stack_size, 320 * KIB);
    CHECK_EQ(is.guard_size, 64 * KIB);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    CHECK_EQ(pthread_getattr_default_np(&attr), 0);
    CHECK_EQ(pthread_attr_getstacksize(&attr, &size), 0);
    CHECK_EQ(size, 320 * KIB);
    CHECK_EQ(pthread_attr_getguardsize(&attr, &size), 0);
    CHECK_EQ(size, 64 * KIB);
    CHECK_EQ(pthread_attr_setguardsize(&attr, 0), 0);
    CHECK_EQ(pthread_setattr_default_np(&attr), 0);
    CHECK_EQ(thread_by_default(1).guard_size, 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    CHECK_EQ(pthread_attr_init(&attr), 0); // which takes the stack's size alone
    CHECK_EQ(pthread_attr_getstacksize(&attr, &size), 0);
    CHECK_EQ(size, 320 * KIB);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

static void masks(void)
{
    pthread_attr_t attr;
    cpu_set_t all, one, found;
    sigset_t mask;
    CHECK_EQ(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    for (int i = 0; CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &all)) {
            CPU_SET(i, &one);
        }
    }
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_setaffinity_np(&attr, sizeof one, &one), 0);
    CHECK_EQ(pthread_attr_setsigmask_np(&attr, &mask), 0);
    CHECK_EQ(pthread_setattr_default_np(&attr), 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    struct seen is = thread_by_default(1);
    CHECK_EQ(is.cpus, 1);
    CHECK_EQ(is.blocked, 1);
    CHECK_EQ(pthread_getattr_default_np(&attr), 0);
    CHECK_EQ(pthread_attr_getaffinity_np(&attr, sizeof found, &found), 0);
    CHECK(CPU_EQUAL(&found, &one));
    sigemptyset(&mask);
    CHECK_EQ(pthread_attr_getsigmask_np(&attr, &mask), 0);
    CHECK_EQ(sigismember(&mask, SIGUSR1), 1);
    CHECK_EQ(pthread_attr_setaffinity_np(&attr, 0, &one), 0);
    CHECK_EQ(pthread_attr_setsigmask_np(&attr, NULL), 0);
    CHECK_EQ(pthread_setattr_default_np(&attr), 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    is = thread_by_default(1);
    CHECK_EQ(is.cpus, CPU_COUNT(&all));
    CHECK_EQ(is.blocked, 0);
}

// glibc's may say how a thread runs and ends, musl's may not.
static void policy_and_end(void)
{
    const struct sched_param param = {.sched_priority = 1};
    pthread_attr_t attr;
    pthread_t t;
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0);
#ifdef __GLIBC__
    CHECK_EQ(pthread_setattr_default_np(&attr), 0);
    CHECK_EQ(thread_by_default(0).detached, PTHREAD_CREATE_DETACHED);
    CHECK_EQ(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_JOINABLE), 0);
#else
    CHECK_EQ(pthread_setattr_default_np(&attr), EINVAL);
    CHECK_EQ(thread_by_default(1).detached, PTHREAD_CREATE_JOINABLE);
    CHECK_EQ(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_JOINABLE), 0);
#endif
    CHECK_EQ(pthread_attr_setschedpolicy(&attr, SCHED_RR), 0);
    CHECK_EQ(pthread_attr_setschedparam(&attr, &param), 0);
    CHECK_EQ(pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED), 0);
#ifdef __GLIBC__
    CHECK_EQ(pthread_setattr_default_np(&attr), 0);
    int error = pthread_create(&t, NULL, look, NULL);
    CHECK(error == 0 || error == EPERM);
    if (error == 0) {
        pthread_barrier_wait(&both);
        CHECK_EQ(pthread_join(t, NULL), 0);
        CHECK_EQ(seen.policy, SCHED_RR);
    }
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_setattr_default_np(&attr), 0);
#else
    (void)t;
    CHECK_EQ(pthread_setattr_default_np(&attr), EINVAL);
#endif
    CHECK_EQ(thread_by_default(1).policy, SCHED_OTHER);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

static void a_place(void)
{
    pthread_attr_t attr;
    size_t size = 1024 * (size_t)KIB;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_setstack(&attr, memory, size), 0);
    CHECK_EQ(pthread_setattr_default_np(&attr), EINVAL);
    thread_by_default(1);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

int main(void)
{
    CHECK_EQ(pthread_barrier_init(&both, NULL, 2), 0);
    sizes();
    masks();
    policy_and_end();
    a_place();
    return 0;
}
