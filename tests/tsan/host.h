// SPDX-License-Identifier: MIT
// host.h - threads of a libc in which the library's sources run.
#ifndef TSAN_HOST_H
#define TSAN_HOST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

// Runs run(0) ... run(count - 1), each in a thread of its own, and waits for all.
void together(int count, void (*run)(int me));

// A number below limit; each thread has a row of its own, from its number in
// together.
uint32_t lot(uint32_t limit);

// Lets others run, sometimes: about once in so many calls.
void sometimes_yield(uint32_t calls);

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
            _Exit(1);                                                          \
        }                                                                      \
    } while (0)

#endif
