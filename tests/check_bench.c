// SPDX-License-Identifier: MIT
// check_bench.c - the benchmark builds, runs every row and writes them all down.
//
// No time is judged here: what fails is a row, a library or a column that is
// missing (bench/complete.py). Read before: runner.h, bench/README.md.
#include "runner.h"

enum { LIMIT = 300 };

// One round of very few operations.
static void every_row_is_written_for_every_library(int unused)
{
    (void)unused;
    must_run(LIMIT, "mkdir -p $SCRATCH");
    must_run(LIMIT, "env -u MAKEFLAGS make ARCH=$ARCH bench-programs "
                    "BENCH_OUT=$SCRATCH >&2");
    must_run(LIMIT, "QUICK=1 ROUNDS=1 python3 -B tests/bench/run.py "
                    "$SCRATCH/bin $SCRATCH $QEMU");
    must_run(LIMIT, "python3 -B tests/bench/complete.py $SCRATCH/results.csv "
                    "$SCRATCH/bin $QEMU");
    must_run(LIMIT, "grep -q '</html>' $SCRATCH/report.html");
}

static const struct listed tests[] = {
    {"every_row_is_written_for_every_library",
     every_row_is_written_for_every_library, LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "bench", tests);
}
