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

void weft__canary_init(const uintptr_t *random)
{
    // The first byte in memory is 0: a string function that runs over the end of
    // a buffer can neither read past it nor write it.
    weft__canary = random == NULL ? 0 : *random & ~(uintptr_t)0xff;
    __stack_chk_guard = weft__canary;
}

void __stack_chk_fail(void)
{
    static const char line[] = "weft: stack smashing detected\n";
    sys_write(2, line, sizeof line - 1);
    sys_tkill(sys_gettid(), SIGABRT);
    arch_trap(); // SIGABRT is blocked or handled
}
