// SPDX-License-Identifier: MIT
// build.x86_64: -Wl,-T,tests/programs/tls_odd_address.ld -Wl,--defsym=ODD=0x24
// build.aarch64: -Wl,-T,tests/programs/tls_odd_address.ld -Wl,--defsym=ODD=0x100
// tls_odd_address.c - thread-local variables where a linker script put them at an
// address that is no multiple of their alignment.
//
// The linker counts offsets from the thread pointer by that address, so whoever
// places the image has to do so too. On aarch64 the GNU linker does not (lld
// does): it takes the image to begin on a multiple of its alignment, wherever it
// lies; so there the script puts it on one.
#include "support.h"

static _Thread_local _Alignas(64) int first = 1;
static _Thread_local char middle = 2;
static _Thread_local _Alignas(256) int zero;
static _Thread_local char last;

static void *check_all(void *unused)
{
    CHECK_EQ(first, 1);
    CHECK_EQ(middle, 2);
    CHECK_EQ(zero, 0);
    CHECK_EQ(last, 0);
    first = 3;
    middle = 3;
    last = 3;
    zero = 4;
    return unused;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t;
    (void)argc;
    (void)argv;
    (void)envp;
    check_all(NULL);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(weft_create(&t, NULL, check_all, NULL), 0);
        CHECK_EQ(weft_join(t, NULL), 0);
    }
    return 0;
}
