// SPDX-License-Identifier: MIT
// build: -fPIE
// link: -static-pie -Wl,-z,relro
// relro.c - what only relocations write is constant when the program runs.
//
//     relro read|write|refused
//
// refused: once more, where the kernel refuses to have it so.
#include "support.h"

static int answer(void)
{
    return 42;
}

// A table that holds addresses: the linker puts it where relocations may write.
static int (*const table[])(void) = {answer, answer};

int weft_main(int argc, char **argv, char **envp)
{
    CHECK(argc > 1);
    int (*const *volatile entry)(void) = table;
    if (same_text(argv[1], "refused")) {
        seccomp_errno(__NR_mprotect, 1);
        char *const again[] = {argv[0], "write", NULL};
        sys(__NR_execve, "/proc/self/exe", again, envp);
        return 1;
    }
    CHECK_EQ((*entry)(), 42);
    if (same_text(argv[1], "write")) {
        *(int (**)(void))(uintptr_t)entry = NULL;
        CHECK(*entry == NULL);
    }
    return 0;
}
