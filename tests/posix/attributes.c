// SPDX-License-Identifier: MIT
// attributes.c - how a thread is to be, and that it is so; and what is no thread.
// posix: musl glibc
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include "standard.h"

static void *stack_of(void *arg)
{
    char here;
    void *low;
    size_t size, guard;
    pthread_attr_t attr;
    CHECK_EQ(pthread_getattr_np(pthread_self(), &attr), 0);
    CHECK_EQ(pthread_attr_getstack(&attr, &low, &size), 0);
    CHECK((char *)low < &here && &here < (char *)low + size);
    CHECK_EQ(pthread_attr_getguardsize(&attr, &guard), 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    if (arg != NULL) {
        CHECK_EQ(size, *(size_t *)arg);
    }
    return low;
}

static void *run(const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
    pthread_t t;
    void *result;
    CHECK_EQ(pthread_create(&t, attr, start, arg), 0);
    CHECK_EQ(pthread_join(t, &result), 0);
    return result;
}

static void stacks(void)
{
    pthread_attr_t attr;
    size_t size = 1024 * 1024, guard, found;
    void *low;
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_getguardsize(&attr, &guard), 0);
    CHECK_EQ(guard, sysconf(_SC_PAGESIZE));
    CHECK_EQ(pthread_attr_setstacksize(&attr, (size_t)PTHREAD_STACK_MIN - 1),
             EINVAL);
    CHECK_EQ(pthread_attr_setstacksize(&attr, size), 0);
    CHECK_EQ(pthread_attr_getstacksize(&attr, &found), 0);
    CHECK_EQ(found, size);
    run(&attr, stack_of, NULL);
    CHECK_EQ(pthread_attr_setguardsize(&attr, 0), 0);
    run(&attr, stack_of, NULL);
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_EQ(pthread_attr_setstack(&attr, memory, PTHREAD_STACK_MIN - 1),
             EINVAL);
    CHECK_EQ(pthread_attr_setstack(&attr, memory, size), 0);
    CHECK_EQ(pthread_attr_getstack(&attr, &low, &found), 0);
    CHECK(low == memory && found == size);
    CHECK(run(&attr, stack_of, &size) == memory);
    CHECK_EQ(munmap(memory, size), 0); // it is the program's again
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    stack_of(NULL); // the main thread's
}

static void refused(void)
{
    pthread_attr_t attr;
    struct sched_param param = {.sched_priority = 100};
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_setdetachstate(&attr, 77), EINVAL);
    CHECK_EQ(pthread_attr_setinheritsched(&attr, 77), EINVAL);
    CHECK_EQ(pthread_attr_setscope(&attr, 77), EINVAL);
    CHECK_EQ(pthread_attr_setscope(&attr, PTHREAD_SCOPE_PROCESS), ENOTSUP);
    CHECK_EQ(pthread_attr_setscope(&attr, PTHREAD_SCOPE_SYSTEM), 0);
#ifdef WEFT
    CHECK_EQ(pthread_attr_setschedpolicy(&attr, 77), EINVAL);
#endif
    CHECK_EQ(pthread_attr_setschedpolicy(&attr, SCHED_FIFO), 0);
    CHECK_EQ(pthread_attr_setschedparam(&attr, &param), EINVAL);
    param.sched_priority = 1;
    CHECK_EQ(pthread_attr_setschedparam(&attr, &param), 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

static void *masked(void *arg)
{
    sigset_t now;
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &now), 0);
    CHECK_EQ(sigismember(&now, SIGUSR1), arg != NULL);
    CHECK_EQ(sigismember(&now, SIGTERM), 0);
    CHECK_EQ(sigpending(&now), 0);
    CHECK_EQ(sigismember(&now, SIGUSR1), 0);
    return NULL;
}

static void *one_cpu(void *arg)
{
    cpu_set_t now;
    CHECK_EQ(pthread_getaffinity_np(pthread_self(), sizeof now, &now), 0);
    CHECK_EQ(CPU_COUNT(&now), 1);
    return arg;
}

static void masks(void)
{
    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, &old), 0);
    CHECK_EQ(raise(SIGUSR1), 0); // pending for this thread, not for a new one
    run(NULL, masked, &set);
    CHECK_EQ(sigpending(&set), 0);
    CHECK_EQ(sigismember(&set, SIGUSR1), 1);
#ifdef WEFT
    pthread_attr_t attr;
    cpu_set_t cpus, all;
    CHECK_EQ(pthread_attr_init(&attr), 0);
    sigemptyset(&set);
    CHECK_EQ(pthread_attr_setsigmask_np(&attr, &set), 0);
    run(&attr, masked, NULL);
    CHECK_EQ(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&cpus);
    for (int i = 0; CPU_COUNT(&cpus) == 0; i++) {
        if (CPU_ISSET(i, &all)) {
            CPU_SET(i, &cpus);
        }
    }
    CHECK_EQ(pthread_attr_setaffinity_np(&attr, sizeof cpus, &cpus), 0);
    run(&attr, one_cpu, NULL);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
#else
    (void)one_cpu;
#endif
}

static void *waits(void *arg)
{
    for (;;) {
        pause();
    }
    return arg;
}

static void others(void)
{
    pthread_t t;
    char name[16];
    int policy;
    clockid_t clock;
    struct timespec time;
    struct sched_param param;
    CHECK_EQ(pthread_create(&t, NULL, waits, NULL), 0);
    CHECK_EQ(pthread_setname_np(t, "fifteen bytes !"), 0);
    CHECK_EQ(pthread_getname_np(t, name, sizeof name), 0);
    CHECK(strcmp(name, "fifteen bytes !") == 0);
    CHECK_EQ(pthread_setname_np(t, "sixteen bytes !!"), ERANGE);
    CHECK_EQ(pthread_getschedparam(t, &policy, &param), 0);
    CHECK_EQ(policy, SCHED_OTHER);
    CHECK_EQ(pthread_setschedparam(t, 77, &param), EINVAL);
    CHECK_EQ(pthread_getcpuclockid(t, &clock), 0);
    CHECK_EQ(clock_gettime(clock, &time), 0);
    CHECK_EQ(pthread_kill(t, 0), 0);
    CHECK_EQ(pthread_kill(t, 65), EINVAL);
    CHECK_EQ(pthread_kill(t, -1), EINVAL);
    CHECK_EQ(pthread_cancel(t), 0);
    CHECK_EQ(pthread_join(t, NULL), 0);
#ifdef WEFT // what was joined is no thread any more
    CHECK_EQ(pthread_kill(t, 0), ESRCH);
    CHECK_EQ(pthread_cancel(t), ESRCH);
    CHECK_EQ(pthread_join(t, NULL), ESRCH);
    CHECK_EQ(pthread_detach(t), ESRCH);
    CHECK_EQ(pthread_getschedparam(t, &policy, &param), ESRCH);
    CHECK_EQ(pthread_setschedprio(t, 0), ESRCH);
    CHECK_EQ(pthread_getcpuclockid(t, &clock), ESRCH);
    CHECK_EQ(pthread_setconcurrency(-1), EINVAL);
    CHECK_EQ(pthread_setconcurrency(7), 0);
    CHECK_EQ(pthread_getconcurrency(), 7);
#endif
}

static void keys(void)
{
    static pthread_key_t all[PTHREAD_KEYS_MAX + 1];
    int count = 0, error;
    while ((error = pthread_key_create(&all[count], NULL)) == 0) {
        CHECK(pthread_getspecific(all[count]) == NULL);
        CHECK_EQ(pthread_setspecific(all[count], &all[count]), 0);
        count++;
        CHECK(count <= PTHREAD_KEYS_MAX);
    }
    CHECK_EQ(error, EAGAIN);
    CHECK(count >= PTHREAD_KEYS_MAX - 8); // the libc may have made some
    for (int i = 0; i < count; i++) {
        CHECK(pthread_getspecific(all[i]) == &all[i]);
        CHECK_EQ(pthread_key_delete(all[i]), 0);
    }
    CHECK_EQ(pthread_key_create(&all[0], NULL), 0);
    CHECK(pthread_getspecific(all[0]) == NULL);
    CHECK_EQ(pthread_key_delete(all[0]), 0);
}

int main(void)
{
    stacks();
    refused();
    masks();
    others();
    keys();
    return 0;
}
