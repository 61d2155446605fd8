// SPDX-License-Identifier: MIT
// hosts: musl
// build: -fstack-protector-all -iquote src
// smash.c - a thread that writes over its return address does not return.
//
// Proves that the canary of the libc is in a thread's TCB, and the same as main's:
// code that is compiled to look at it looks in every function of this program.
#include "hosted.h"
#include "host/musl.h"

static uintptr_t canary_of_main;

static void overflow(char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        *(volatile char *)(text + i) = 'x';
    }
}

static void *work(void *arg)
{
    char text[16];
    CHECK_EQ(musl_self()->canary, canary_of_main);
    overflow(text, arg != NULL ? sizeof text + 16 : sizeof text);
    return arg;
}

int main(int argc, char **argv)
{
    canary_of_main = musl_self()->canary;
    join(start(work, NULL)); // as it should be
    join(start(work, argc > 1 ? argv : NULL));
    return 0;
}
