// SPDX-License-Identifier: MIT
// glibc_first.c - main is a thread before glibc calls anything of the program.
// Read before: libc.c.
//
// glibc's start-up calls malloc, and a malloc of the program's own calls whatever it
// likes: pthread_once, pthread_setspecific, a read lock. No constructor is early
// enough for that. A function with a resolver is (an ifunc): the linker leaves it to
// the program's start to ask the resolver for the function's address, and glibc does
// so as soon as a static-pie is at its place, before it has TLS, let alone malloc.
//
// What a resolver may do is little: write to memory, and make system calls. It is
// enough. The slot is a thread-local variable; the linker knows how far from the
// thread pointer it will be, and what it is in main from the beginning on is in the
// program's file.
//
// (musl has no ifuncs, and this one stays unresolved in a program with musl, which
// does not come here.)
#include "glibc.h"
#include "glibc_arch.h"
#include "libc.h"
#include "thread.h"

_Thread_local struct weft__thread *weft__glibc_self = &weft__main_thread;

static void nothing(void)
{
}

// Not static: to clang a function that only an attribute names is not used.
void (*weft__glibc_resolver(void))(void);

void (*weft__glibc_resolver(void))(void)
{
    extern const struct weft__libc weft__libc_glibc;
    weft__self_slot = arch_glibc_slot();
    weft__libc_first(&weft__libc_glibc);
    return nothing;
}

void weft__glibc_first(void) __attribute__((ifunc("weft__glibc_resolver")));
