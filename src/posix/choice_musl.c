// SPDX-License-Identifier: MIT
// choice_musl.c - the libc of this drop-in is musl, or the program is refused.
// In the place of host/choice.c, which would bring the others along.
#include "host/libc.h"

extern __attribute__((weak)) char __copy_tls[];
extern __attribute__((weak)) char __libc[];
extern __attribute__((weak)) char __thread_list_lock[];

extern const struct weft__libc weft__libc_musl;

const struct weft__libc *weft__libc_choose(void)
{
    return __copy_tls != NULL && __libc != NULL && __thread_list_lock != NULL
               ? &weft__libc_musl
               : NULL;
}
