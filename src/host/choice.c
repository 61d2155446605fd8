// SPDX-License-Identifier: MIT
// choice.c - which libc is this program linked with?
// Read before: libc.c.
//
// libweft.a is one archive for all. A weak reference does not bring an object
// into a program, so these names are there only if the libc brought them, as its
// own start-up does. (An archive that is made for one libc has another choice.c.)
#include "libc.h"

extern __attribute__((weak)) char __copy_tls[];         // musl
extern __attribute__((weak)) char __libc[];             // musl
extern __attribute__((weak)) char __thread_list_lock[]; // musl

extern __attribute__((weak)) char _dl_allocate_tls[];        // glibc
extern __attribute__((weak)) char _dl_get_tls_static_info[]; // glibc
extern __attribute__((weak)) char _dl_stack_user[];          // glibc since 2.34

extern const struct weft__libc weft__libc_musl, weft__libc_glibc;

const struct weft__libc *weft__libc_choose(void)
{
    if (__copy_tls != NULL && __libc != NULL && __thread_list_lock != NULL) {
        return &weft__libc_musl;
    }
    if (_dl_allocate_tls != NULL && _dl_get_tls_static_info != NULL &&
        _dl_stack_user != NULL) {
        return &weft__libc_glibc;
    }
    return NULL;
}
