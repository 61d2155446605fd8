// SPDX-License-Identifier: MIT
// support_rain.h - signals to the process, as many as one thread can send.
//
// The kernel gives each to some thread that does not block it: who wants to keep
// dry blocks SIGUSR1, and threads that it creates inherit that.
#ifndef SUPPORT_RAIN_H
#define SUPPORT_RAIN_H

#include "support.h"

struct rain {
    int pause; // turns of an empty loop between two signals
    weft_thread cloud;
    int stop;
};

static inline void *rain_down(void *arg)
{
    struct rain *rain = arg;
    const uint64_t usr1 = signal_bit(SIGUSR1);
    long pid = sys(__NR_getpid);
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &usr1, NULL), 0);
    while (!__atomic_load_n(&rain->stop, __ATOMIC_ACQUIRE)) {
        CHECK_EQ(sys(__NR_kill, pid, SIGUSR1), 0);
        for (int i = 0; i < rain->pause; i++) {
            __asm__ volatile("");
        }
    }
    return NULL;
}

static inline void rain_begin(struct rain *rain,
                              void (*handler)(int, siginfo_t *, void *))
{
    rain->stop = 0;
    on_signal(SIGUSR1, handler, SA_RESTART);
    CHECK_EQ(weft_create(&rain->cloud, NULL, rain_down, rain), 0);
}

static inline void rain_end(struct rain *rain)
{
    set_word(&rain->stop, 1);
    CHECK_EQ(weft_join(rain->cloud, NULL), 0);
}

#endif
