// SPDX-License-Identifier: MIT
// spin_wait.c - how long to spin before sleeping.
//
// Sleeping and waking cost two system calls and two switches, some microseconds.
// A lock held for less is worth a short spin, but only if its holder can run
// meanwhile, on another CPU.
#include <weft/atomic.h>
#include "spin_wait.h"
#include "syscall.h"

enum { LOOKS = 100 }; // each with a pause: less than sleeping and waking cost
enum { FIRST = 16, LONGEST = 64 }; // pauses between two looks
enum { MANY = 1024 };

// 0: not known yet. Found out by whoever asks first; relaxed: the value is all
// there is to it.
static uint32_t cpus;

static uint32_t count_cpus(void)
{
    unsigned long mask[MANY / 64];
    long bytes =
        arch_syscall3(SYS_sched_getaffinity, 0, sizeof mask, (long)mask);
    if (bytes < 0) {
        return MANY; // the mask does not fit, or a sandbox
    }
    unsigned bits = 0;
    for (unsigned i = 0; i < (unsigned long)bytes / sizeof mask[0]; i++) {
        for (unsigned long word = mask[i]; word != 0; word &= word - 1) {
            bits++;
        }
    }
    return bits;
}

unsigned weft__spin_limit_for(unsigned others)
{
    uint32_t known = weft__load_relaxed(&cpus);
    if (known == 0) {
        known = count_cpus();
        weft__store_relaxed(&cpus, known);
    }
    return others < known ? LOOKS : 0;
}

void weft__spin_pause(void)
{
    arch_relax();
}

unsigned weft__spin_back_off(unsigned pauses)
{
    pauses = pauses == 0 ? FIRST : pauses < LONGEST ? 2 * pauses : LONGEST;
    for (unsigned i = 0; i < pauses; i++) {
        arch_relax();
    }
    return pauses;
}
