// SPDX-License-Identifier: MIT
// freestanding.h - what start.c found out for freestanding.c.
#ifndef FREESTANDING_H
#define FREESTANDING_H

#include <stddef.h>
#include <stdint.h>
#include "hidden.h"

// The program's PT_TLS segment: what each thread's variables begin as. Written
// once by start.c.
struct weft__tls_image {
    const char *start; // in memory: file_size bytes of initial values ...
    size_t file_size;  // ... then zeroes
    size_t size;       // of both together
    size_t align;      // a power of two
    uintptr_t address; // as the linker had it, modulo align
};
extern WEFT__HIDDEN struct weft__tls_image weft__tls_image;

// The value by which code compiled with -fstack-protector knows that a return
// address was not overwritten; the same in all threads. Written once by start.c.
extern WEFT__HIDDEN uintptr_t weft__canary;

// Makes the canary from the 16 random bytes that the kernel gives a program.
void weft__canary_init(const uintptr_t *random);

#endif
