// SPDX-License-Identifier: MIT
// hosts: glibc
// build: -iquote src
// brackets.c - every cancellable system call of this glibc is one that the
// cancel handler understands.
//
// Looks at its own code, all of it, for calls of __pthread_enable_asynccancel,
// and asks of each what the handler asks: is there nothing but moves up to a
// system call? Prints how many there are and how many are understood.
// check_glibc.c links it with everything in libc.a that makes such a call. A
// glibc that was compiled otherwise would have calls that a cancellation can
// not interrupt, and nobody would know.
#include "glibc_arch.h"
#include "hosted.h"

extern const char __executable_start[], etext[];
int __pthread_enable_asynccancel(void);

static void *nothing(void *unused)
{
    return unused;
}

int main(void)
{
    join(start(nothing, NULL)); // so that it is Weft's function
    int calls = 0, understood = 0;
    for (const char *code = __executable_start + 8; code < etext; code++) {
        uintptr_t at = (uintptr_t)code;
        if (arch_glibc_calls(at, (uintptr_t)__pthread_enable_asynccancel)) {
            long nr = -1;
            uintptr_t call = arch_glibc_syscall(at, &nr);
            calls++;
            understood += call != 0 && nr >= 0;
            if (call == 0 || nr < 0) {
                fprintf(stderr, "not understood: %#lx\n", (unsigned long)at);
            }
        }
    }
    printf("%d calls, %d understood\n", calls, understood);
    return calls != understood;
}
