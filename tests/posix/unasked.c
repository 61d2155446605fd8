// SPDX-License-Identifier: MIT
// unasked.c - a program that asks for no thread by name: the libc's timer_create
// makes one for it, which has to be one of the drop-in's all the same.
// posix: musl glibc
#include <signal.h>
#include "standard.h"

static volatile sig_atomic_t ticks;

static void tick(union sigval value)
{
    ticks += value.sival_int;
}

int main(void)
{
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD};
    struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};
    event.sigev_notify_function = tick;
    event.sigev_value.sival_int = 1;
    CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    CHECK_EQ(timer_settime(timer, 0, &soon, NULL), 0);
    for (int i = 0; i < 5000 && ticks == 0; i++) {
        usleep(1000);
    }
    CHECK_EQ(ticks, 1);
    return 0;
}
