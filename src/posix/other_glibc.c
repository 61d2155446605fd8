// SPDX-License-Identifier: MIT
// other_glibc.c - what goes with the facade, beside glibc.
//
// A member of libc.a is replaced as a whole or not at all: the names here are those
// that other members ask of one whose functions the facade has.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "posix.h"

// The libc's fork adds to it, for the libc's own pthread_once, which is not there.
extern unsigned long __fork_generation;
unsigned long __fork_generation;

// Since glibc 2.41, of pthread_kill.o: for pthread_cancel.o, and for abort(), which
// may be in the child of a vfork, on somebody else's TCB.
int __pthread_kill_internal(pthread_t thread, int sig);
int __pthread_kill_internal(pthread_t thread, int sig)
{
    return pthread_kill(thread, sig);
}

int __pthread_raise_internal(int sig);
int __pthread_raise_internal(int sig)
{
    int kept = errno;
    long result = syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), sig);
    int error = result < 0 ? errno : 0;
    errno = kept;
    return error;
}

// Frees what strerror and others have allocated for a thread, at its end. The host
// asks for it weakly, and that alone does not bring it.
void __glibc_tls_internal_free(void);
__attribute__((used)) static void (*const free_internal)(void) =
    __glibc_tls_internal_free;
