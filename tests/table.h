// SPDX-License-Identifier: MIT
// table.h - programs.def as an array, for everybody who runs it.
//
// Includes nothing of a libc: the init of the boot test reads it too.
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>

enum { MAX_ARGUMENTS = 6 };

enum outcome {
    BY_EXIT,   // ends by itself with status `number`
    BY_SIGNAL, // killed by signal `number`
    BY_OUTPUT, // `text` is all of stdout, and exit status 0
};

struct run {
    const char *suite;
    const char *sentence;
    const char *program;
    const char *arguments[MAX_ARGUMENTS + 1]; // ended by NULL
    enum outcome outcome;
    int number;
    const char *text;
    // Storms only, else 0.
    long rounds_test;
    long rounds_soak;
    long divisor;
};

#define ARGS(...)    .arguments = {__VA_ARGS__}
#define EXIT(status) .outcome = BY_EXIT, .number = (status)
#define SIGNAL(sig)  .outcome = BY_SIGNAL, .number = (sig)
#define OUTPUT(all)  .outcome = BY_OUTPUT, .text = (all)

#define TEST(in, says, file, args, end)                                        \
    {.suite = #in, .sentence = #says, .program = (file), args, end},
#define STORM(in, says, file, args, test, soak, by)                            \
    {.suite = #in,                                                             \
     .sentence = #says,                                                        \
     .program = (file),                                                        \
     args,                                                                     \
     .rounds_test = (test),                                                    \
     .rounds_soak = (soak),                                                    \
     .divisor = (by)},

static const struct run runs[] = {
#include "programs.def"
};

#undef TEST
#undef STORM
#undef ARGS
#undef EXIT
#undef SIGNAL
#undef OUTPUT

enum { RUN_COUNT = sizeof runs / sizeof runs[0] };

static inline int is_storm(const struct run *run)
{
    return run->rounds_test != 0;
}

// How many rounds a storm is told to do, at least one.
static inline long rounds_of(const struct run *run, int soak, int emulated)
{
    long rounds = soak ? run->rounds_soak : run->rounds_test;
    if (emulated && run->divisor > 1) {
        rounds /= run->divisor;
    }
    return rounds > 0 ? rounds : 1;
}

#endif
