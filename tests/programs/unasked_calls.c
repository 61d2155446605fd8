// SPDX-License-Identifier: MIT
// unasked_calls.c - code that compilers turn into calls of functions.
// build: -O2
//
// Proves that a program needs no special flag: whatever a compiler makes of
// large structures and of loops that look like memset, memcpy or strlen, it
// finds in weft-crt0.o. Without that, this program does not link.
#include "support.h"

enum { WORDS = 200 };

struct large {
    long words[WORDS];
};

static struct large here;
static struct large there;

__attribute__((noinline)) static size_t length_of(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

__attribute__((noinline)) static void clear(struct large *large)
{
    for (size_t i = 0; i < WORDS; i++) {
        large->words[i] = 0;
    }
}

__attribute__((noinline)) static void copy(struct large *restrict to,
                                           const struct large *restrict from)
{
    for (size_t i = 0; i < WORDS; i++) {
        to->words[i] = from->words[i];
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)envp;
    here = (struct large){.words = {1, 2, 3}};
    there = here;
    CHECK_EQ(there.words[2], 3);
    clear(&here);
    CHECK_EQ(here.words[2], 0);
    copy(&here, &there);
    CHECK_EQ(here.words[2], 3);
    CHECK_EQ(length_of(argv[1]), 7);
    return 0;
}
