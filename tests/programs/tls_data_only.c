// SPDX-License-Identifier: MIT
// tls_data_only.c - thread-local variables that all have initial values: .tdata
// without .tbss.
#include "support.h"

static _Thread_local char odd[7] = {1, 2, 3, 4, 5, 6, 7};

static void *count_up(void *unused)
{
    for (int i = 0; i < 7; i++) {
        CHECK_EQ(odd[i], i + 1);
        odd[i] = 0;
    }
    return unused;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t;
    (void)argc;
    (void)argv;
    (void)envp;
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(weft_create(&t, NULL, count_up, NULL), 0);
        CHECK_EQ(weft_join(t, NULL), 0);
    }
    count_up(NULL);
    return 0;
}
