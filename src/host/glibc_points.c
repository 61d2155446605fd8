// SPDX-License-Identifier: MIT
// glibc_points.c - see that this glibc calls Weft where it has to.
// Read before: glibc_shape.c, glibc_cancel.c, glibc_syscall.c, glibc_setxid.c.
//
// Functions of Weft take the place of glibc's own for two things. Should another
// glibc do them in another way, the program would link all the same, and its
// threads could not be cancelled, or would keep the user that the others gave up.
//
//   a blocking call     opens a bracket          (glibc_cancel.c)
//                       or goes through one of   (glibc_syscall.c)
//                       two functions
//   setuid and others   goes through one         (glibc_setxid.c)
//
// So the code of those that are in the program is looked at: somewhere near its
// beginning each calls one of these functions.
#include "arch.h"
#include "glibc.h"
#include "glibc_arch.h"

// Its own names for its functions: a program may have a read() itself.
typedef void function(void);
WEAK function __libc_read, __libc_write, __libc_close, __libc_open64, __poll,
    __select, __libc_accept, __libc_connect, __libc_recv, __wait4,
    __clock_nanosleep;
WEAK function __setuid, __setgid, __setreuid, __setregid, __setresuid,
    __setresgid;

// The names that Weft defines.
extern WEFT__HIDDEN function __pthread_enable_asynccancel;
function __nptl_setxid;

// The linker's name for the end of the program's code.
extern const char etext[];

enum { NEAR = 512 }; // bytes of a function

// Whether the function at code, if there is one, calls one of these.
static int calls(function *code, function *const *callees, unsigned count)
{
    uintptr_t begin = (uintptr_t)code;
    uintptr_t end = (uintptr_t)etext;
    if (begin == 0) {
        return 1;
    }
    if (end - begin > NEAR) {
        end = begin + NEAR;
    }
    for (uintptr_t site = begin + 8; site < end; site += ARCH_GLIBC_STEP) {
        for (unsigned i = 0; i < count; i++) {
            if (arch_glibc_goes_to(site, (uintptr_t)callees[i])) {
                return 1;
            }
        }
    }
    return 0;
}

static int all_call(function *const *functions, unsigned size,
                    function *const *callees, unsigned count)
{
    for (unsigned i = 0; i < size; i++) {
        if (!calls(functions[i], callees, count)) {
            return 0;
        }
    }
    return 1;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *weft__glibc_points_mismatch(void)
{
    function *const blocking[] = {
        __libc_read, __libc_write, __libc_close,      __libc_open64,
        __poll,      __select,     __libc_accept,     __libc_connect,
        __libc_recv, __wait4,      __clock_nanosleep,
    };
    function *const cancelling[] = {__pthread_enable_asynccancel,
                                    (function *)__syscall_cancel,
                                    (function *)__internal_syscall_cancel};
    function *const identity[] = {__setuid,   __setgid,    __setreuid,
                                  __setregid, __setresuid, __setresgid};
    function *const changing[] = {__nptl_setxid};
    if (!all_call(blocking, COUNT(blocking), cancelling, COUNT(cancelling))) {
        return "how blocking calls are cancelled";
    }
    if (!all_call(identity, COUNT(identity), changing, COUNT(changing))) {
        return "how setuid reaches all threads";
    }
    return NULL;
}
