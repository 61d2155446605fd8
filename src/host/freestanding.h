// SPDX-License-Identifier: MIT
// freestanding.h - what start.c found out for freestanding.c.
#ifndef FREESTANDING_H
#define FREESTANDING_H

#include <stddef.h>
#include <stdint.h>
#include "hidden.h"

struct elf_phdr;

// From the program's PT_TLS segment, or NULL, and how far the program was moved:
// how large TLS and TCB of a thread are, and what is where. Once, before all else.
void weft__host_tls_lay_out(const struct elf_phdr *tls, uintptr_t bias);

// The value by which code compiled with -fstack-protector knows that a return
// address was not overwritten; the same in all threads. Written once by start.c.
extern WEFT__HIDDEN uintptr_t weft__canary;

// Makes the canary from the 16 random bytes that the kernel gives a program.
void weft__canary_init(const uintptr_t *random);

#endif
