// SPDX-License-Identifier: MIT
// hosts: glibc
// signals.c - all signals that glibc leaves to programs work between threads.
//
// SIGRTMIN is 34 there, a number that Weft keeps for itself elsewhere. It can be
// sent to a thread, be blocked in one alone, and waits until it is let in.
#include <signal.h>
#include "hosted.h"

static uint32_t ready, caught, by_other;
static weft_thread receiver;

static void catch (int sig)
{
    caught += sig == SIGRTMIN;
    by_other += weft_self() != receiver;
}

static void *receive(void *arg)
{
    const uint64_t mask = UINT64_C(1) << (SIGRTMIN - 1);
    uint64_t now;
    receiver = weft_self();
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &mask, NULL), 0);
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, NULL, &now), 0);
    CHECK(now & mask);
    set(&ready, 1);
    until(&ready, 2);
    CHECK_EQ(get(&caught), 0);
    CHECK_EQ(weft_sigmask(WEFT_SIG_UNBLOCK, &mask, NULL), 0);
    CHECK_EQ(get(&caught), 1);
    return arg;
}

int main(void)
{
    struct sigaction action = {.sa_handler = catch};
    CHECK_EQ(SIGRTMIN, 34);
    CHECK_EQ(sigaction(SIGRTMIN, &action, NULL), 0);
    weft_thread thread = start(receive, NULL);
    until(&ready, 1);
    CHECK_EQ(weft_kill(thread, SIGRTMIN), 0);
    CHECK_EQ(weft_kill(thread, 33), WEFT_EINVAL);
    set(&ready, 2);
    join(thread);
    CHECK_EQ(get(&by_other), 0);
    return 0;
}
