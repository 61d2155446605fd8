// SPDX-License-Identifier: MIT
// glibc_syscall.c - every blocking call of glibc as a cancellation point, from
// glibc 2.41 on. Read before: cancel.c, glibc.h.  Before 2.41: glibc_cancel.c.
//
// Since 2.41 all blocking calls go through two functions of one member of libc.a,
// and these make the system call in a stub whose addresses glibc's own handler
// knows (sourceware bug 12683). The functions here take that member's place: the
// call is made in Weft's stub, and is cancelled or done, never both.
#include <weft/cancel.h>
#include <weft/error.h>
#include "arch.h"
#include "cancel.h"
#include "glibc.h"

int *__errno_location(void);
_Noreturn void __syscall_do_cancel(void);

// What glibc's pthread_cancel.o has a thread end by.
_Noreturn void __syscall_do_cancel(void)
{
    weft__glibc_unwind(WEFT_CANCELED);
}

// The result, or -errno.
long __internal_syscall_cancel(long a, long b, long c, long d, long e, long f,
                               long nr)
{
    long result = weft__cancel_point(nr, a, b, c, d, e, f);
    if (result == WEFT__CANCELED_CALL) {
        __syscall_do_cancel();
    }
    return result;
}

// The result; or -1, and errno is set.
long __syscall_cancel(long a, long b, long c, long d, long e, long f, long nr)
{
    long result = __internal_syscall_cancel(a, b, c, d, e, f, nr);
    if (result < 0 && result >= -4095) {
        *__errno_location() = (int)-result;
        return -1;
    }
    return result;
}
