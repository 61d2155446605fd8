// SPDX-License-Identifier: MIT
// none.c - no host: the program was linked without weft-crt0.o.
// Thread-local storage then belongs to a libc that this version of Weft does not
// know how to live beside. It says so and ends, before main, rather than guess
// where things are.
#include <weft/thread.h>
#include "host.h"
#include "syscall.h"

ptrdiff_t weft__self_slot;

_Noreturn static void refuse(void)
{
    static const char line[] =
        "weft: this program is linked without weft-crt0.o, and beside a libc "
        "there is no support yet\n";
    sys_write(2, line, sizeof line - 1);
    sys_exit_group(127);
}

// Before main, and before the constructors of the program.
__attribute__((constructor(101))) static void refuse_early(void)
{
    refuse();
}

size_t weft__host_tls_size(void)
{
    refuse();
}

void *weft__host_tls_build(void *memory, struct weft__thread *self)
{
    (void)memory;
    (void)self;
    refuse();
}

void weft__host_exit(int status)
{
    (void)status;
    refuse();
}
