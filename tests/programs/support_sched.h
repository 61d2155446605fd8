// SPDX-License-Identifier: MIT
// support_sched.h - may this process use real-time policies?
#ifndef SUPPORT_SCHED_H
#define SUPPORT_SCHED_H

#include "support.h"

// Root in most places, hardly anybody else. The caller's own policy is
// SCHED_NORMAL before and after.
static inline int may_use_fifo(void)
{
    int priority = 1;
    long result = sys(__NR_sched_setscheduler, 0, SCHED_FIFO, &priority);
    priority = 0;
    CHECK_EQ(sys(__NR_sched_setscheduler, 0, SCHED_NORMAL, &priority), 0);
    return result == 0;
}

#endif
