// SPDX-License-Identifier: MIT
// other_musl.c - what goes with the facade, beside musl.
// musl has sched_setaffinity and pthread_setaffinity_np in one object, which has to
// be left out as a whole (sched.c has the others). Its sched_setscheduler and
// sched_setparam, and those that get, always fail with ENOSYS, because POSIX means
// a process and the kernel a thread; here they do what the kernel means, as beside
// glibc: programs that ask for SCHED_FIFO before they create threads get it.
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "posix.h"

int sched_setaffinity(pid_t tid, size_t size, const cpu_set_t *cpus)
{
    return (int)syscall(SYS_sched_setaffinity, tid, size, cpus);
}

int sched_getaffinity(pid_t tid, size_t size, cpu_set_t *cpus)
{
    long filled = syscall(SYS_sched_getaffinity, tid, size, cpus);
    if (filled < 0) {
        return -1;
    }
    unsigned char *bytes = (unsigned char *)cpus;
    for (size_t i = (size_t)filled; i < size; i++) {
        bytes[i] = 0;
    }
    return 0;
}

int sched_setscheduler(pid_t tid, int policy, const struct sched_param *param)
{
    return (int)syscall(SYS_sched_setscheduler, tid, policy, param);
}

int sched_getscheduler(pid_t tid)
{
    return (int)syscall(SYS_sched_getscheduler, tid);
}

int sched_setparam(pid_t tid, const struct sched_param *param)
{
    return (int)syscall(SYS_sched_setparam, tid, param);
}

int sched_getparam(pid_t tid, struct sched_param *param)
{
    return (int)syscall(SYS_sched_getparam, tid, param);
}

int __pthread_setcancelstate(int state, int *old);
int __pthread_setcancelstate(int state, int *old)
{
    return weft_set_cancel_state(state, old);
}
