// SPDX-License-Identifier: MIT
// canary.c - the stack protector of a program without a libc.
// Part of weft-crt0.o alone: beside a libc these names are the libc's.
//
// Compilers put a copy of a secret value below the return address and compare it
// before they return. On x86_64 they read the secret from the TCB (%fs:0x28), on
// aarch64 from __stack_chk_guard.
#include "arch.h"
#include "host/freestanding.h"
#include "syscall.h"

uintptr_t weft__canary;

extern uintptr_t __stack_chk_guard;
uintptr_t __stack_chk_guard;

_Noreturn void __stack_chk_fail(void);

void weft__canary_init(const unsigned char *random)
{
    uintptr_t canary = 0;
    for (unsigned i = 1; i < sizeof canary && random != NULL; i++) {
        canary |= (uintptr_t)random[i] << (8 * i);
    }
    // The first byte in memory stays 0: a string function that runs over the
    // end of a buffer can neither read past it nor write it.
    weft__canary = canary;
    __stack_chk_guard = canary;
}

void __stack_chk_fail(void)
{
    static const char line[] = "weft: stack smashing detected\n";
    sys_write(2, line, sizeof line - 1);
    sys_tkill(sys_gettid(), SIGABRT);
    arch_trap(); // SIGABRT is blocked or handled
}
