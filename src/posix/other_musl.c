// SPDX-License-Identifier: MIT
// other_musl.c - what goes with the facade, beside musl.
// musl has sched_setaffinity and pthread_setaffinity_np in one object, which has to
// be left out as a whole (sched.c has the others).
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

int __pthread_setcancelstate(int state, int *old);
int __pthread_setcancelstate(int state, int *old)
{
    return weft_set_cancel_state(state, old);
}
