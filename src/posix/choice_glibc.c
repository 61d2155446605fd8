// SPDX-License-Identifier: MIT
// choice_glibc.c - the libc of this drop-in is glibc, or the program is refused.
// In the place of host/choice.c, which would bring the others along.
#include "host/libc.h"

extern __attribute__((weak)) char _dl_allocate_tls[];
extern __attribute__((weak)) char _dl_stack_user[];

extern const struct weft__libc weft__libc_glibc;

const struct weft__libc *weft__libc_choose(void)
{
    return _dl_allocate_tls != NULL && _dl_stack_user != NULL
               ? &weft__libc_glibc
               : NULL;
}
