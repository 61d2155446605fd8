// SPDX-License-Identifier: MIT
// tls_none.c - a program with no thread-local variable has threads all the same:
// each finds itself.
#include "support.h"

static void *tell_self(void *unused)
{
    (void)unused;
    return (void *)(uintptr_t)weft_self();
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t[3];
    void *value;
    (void)argc;
    (void)argv;
    (void)envp;
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(weft_create(&t[i], NULL, tell_self, NULL), 0);
    }
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(weft_join(t[i], &value), 0);
        CHECK_EQ(value, t[i]);
    }
    CHECK(weft_self() != t[0]);
    return 0;
}
