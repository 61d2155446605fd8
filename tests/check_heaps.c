// SPDX-License-Identifier: MIT
// check_heaps.c - the drop-in beside allocators that other people wrote.
//
// Read before: runner.h, heaps.sh, posix/heap_storm.c. Such an allocator is linked
// with the program, and glibc's start-up calls it before any constructor has run.
#include "runner.h"

enum { LIMIT = 300 };

// tcmalloc's heap in a fork's child is only whole when nobody else allocated (with
// the libc's own threads, too).
static const struct {
    const char *name, *parts;
} heaps[] = {
    {"jemalloc", "threads forks lives"},
    {"tcmalloc_minimal", "threads lives"},
    {"mimalloc", "threads forks lives"},
};

static void storm(const char *driver, const char *language)
{
    for (size_t i = 0; i < sizeof heaps / sizeof heaps[0]; i++) {
        must_run(
            LIMIT,
            "mkdir -p $SCRATCH && build/bin/%s --libc=glibc --target=$ARCH "
            "-D_GNU_SOURCE -DWEFT -O1 -Wall -Werror -x %s "
            "tests/posix/heap_storm.c -x none build/heaps/$ARCH/lib%s.a "
            "-lstdc++ -lm -o $SCRATCH/storm && "
            "${CROSS}nm $SCRATCH/storm | grep -q weft__glibc_first && "
            "for part in %s; do "
            // An emulator keeps memory of its own for each thread.
            "case $QEMU$part in qemu*lives) continue;; esac; "
            "timeout 120 $QEMU $SCRATCH/storm $part || exit 1; done",
            driver, language, heaps[i].name, heaps[i].parts);
    }
}

static void c_programs_run_with_a_heap_of_others(int unused)
{
    (void)unused;
    storm("weft-gcc", "c");
}

static void cpp_programs_run_with_a_heap_of_others(int unused)
{
    (void)unused;
    storm("weft-g++", "c++");
}

static const struct listed tests[] = {
    {"c_programs_run_with_a_heap_of_others",
     c_programs_run_with_a_heap_of_others, 3 * LIMIT},
    {"cpp_programs_run_with_a_heap_of_others",
     cpp_programs_run_with_a_heap_of_others, 3 * LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "heaps", tests);
}
