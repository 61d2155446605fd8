// SPDX-License-Identifier: MIT
// sched.c - a thread's scheduling, CPUs, name and clock.
#include <sched.h>
#include <weft/thread.h>
#include "posix.h"

static int realtime;

int weft__posix_realtime(void)
{
    return __atomic_load_n(&realtime, __ATOMIC_RELAXED); // only a number
}

void weft__posix_note_policy(int priority)
{
    if (priority > 0) {
        __atomic_store_n(&realtime, 1, __ATOMIC_RELAXED); // as above
    }
}

int pthread_setschedparam(pthread_t thread, int policy,
                          const struct sched_param *param)
{
    weft__posix_note_policy(param->sched_priority);
    return weft_set_sched(weft__posix_find(thread), policy,
                          param->sched_priority);
}
TWIN(pthread_setschedparam, __pthread_setschedparam);

int pthread_getschedparam(pthread_t thread, int *restrict policy,
                          struct sched_param *restrict param)
{
    return weft_get_sched(weft__posix_find(thread), policy,
                          &param->sched_priority);
}
TWIN(pthread_getschedparam, __pthread_getschedparam);

int pthread_setschedprio(pthread_t thread, int priority)
{
    weft_thread t = weft__posix_find(thread);
    int policy;
    int error = weft_get_sched(t, &policy, NULL);
    return error ? error : weft_set_sched(t, policy, priority);
}
TWIN(pthread_setschedprio, __pthread_setschedprio);

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *cpus)
{
    return weft_set_affinity(weft__posix_find(thread), cpus, size);
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *cpus)
{
    return size % sizeof(long) != 0 // as the kernel, and so the libcs, have it
               ? EINVAL
               : weft_get_affinity(weft__posix_find(thread), cpus, size);
}

int pthread_setname_np(pthread_t thread, const char *name)
{
    int error = weft_set_name(weft__posix_find(thread), name);
    return error == EINVAL ? ERANGE : error; // which is what it is called here
}
TWIN(pthread_setname_np, __pthread_setname_np);

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
    return size < WEFT_NAME_MAX
               ? ERANGE
               : weft_get_name(weft__posix_find(thread), name, size);
}
TWIN(pthread_getname_np, __pthread_getname_np);

int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
    int tid = weft_tid(weft__posix_find(thread));
    if (tid == 0) {
        return ESRCH;
    }
    // clock_getres(2): a thread's own CPU time, by its number.
    *clock = (clockid_t)((~(unsigned)tid << 3) | 6);
    return 0;
}
TWIN(pthread_getcpuclockid, __pthread_getcpuclockid);

// How many kernel threads the program's threads should share, which means nothing
// here: each has its own. POSIX wants the number remembered.
static int concurrency;

int pthread_setconcurrency(int level)
{
    if (level < 0) {
        return EINVAL;
    }
    __atomic_store_n(&concurrency, level, __ATOMIC_RELAXED); // only a number
    return 0;
}

int pthread_getconcurrency(void)
{
    return __atomic_load_n(&concurrency, __ATOMIC_RELAXED);
}
