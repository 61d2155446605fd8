// SPDX-License-Identifier: MIT
// main.c - runs one row of the benchmark with the library it was built for.
//
//     bench list                        the rows this library has
//     bench ROW free|pinned BATCHES MICROSECONDS
//     bench ROW count OPERATIONS        just so many, for somebody who traces
//
// A batch does the operation as often as takes that many microseconds; how often
// is found out first, which also warms everything up. Each batch is a line
// "row total count" on standard output, total in nanoseconds (or in what else the
// row's unit is). With 0 microseconds, a batch is as small as can be.
//
// All the while a second thread sleeps: a libc may do without atomics as long as
// its process has one thread, and that is not what is measured here.
#include "bench.h"

static const struct row *const tables[] = {life_rows, alive_rows,   lock_rows,
                                           wait_rows, contend_rows, data_rows};
enum { TABLES = sizeof tables / sizeof tables[0] };

static char *put_number(char *end, uint64_t number) // returns its first digit
{
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return end;
}

void report(const char *name, const char *suffix, int64_t amount,
            uint64_t count)
{
    char line[192];
    char digits[24];
    size_t used = 0;
    digits[23] = '\0';
    const char *parts[] = {name, suffix, " ", NULL, " ", NULL, "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *part = parts[i];
        if (part == NULL) {
            part = put_number(digits + 23, i == 3 ? (uint64_t)amount : count);
        }
        while (*part != '\0' && used < sizeof line - 1) {
            line[used++] = *part++;
        }
    }
    line[used] = '\0';
    os_write(1, line);
}

static const struct row *find(const char *name)
{
    for (size_t i = 0; i < TABLES; i++) {
        for (const struct row *row = tables[i]; row->name != NULL; row++) {
            if (name == NULL) {
                os_write(1, row->name);
                os_write(1, "\n");
            } else if (os_same(row->name, name)) {
                return row;
            }
        }
    }
    return NULL;
}

// The count with which a batch takes about so long; no less than 1.
static uint64_t calibrate(const struct row *row, int64_t ns)
{
    struct run run = {.name = row->name, .count = 1};
    for (;;) {
        row->function(&run);
        if (run.ns * 2 >= ns) {
            uint64_t count = run.count * (uint64_t)ns / (uint64_t)run.ns;
            return count > 0 ? count : 1;
        }
        run.count *= run.ns * 16 < ns ? 8 : 2;
    }
}

static void run_batches(const struct row *row, uint64_t batches, int64_t ns)
{
    struct run run = {.name = row->name, .count = row->count};
    if (ns == 0) {
        run.count = row->count / 100 + 1; // only to see that it works
    } else if (row->count == 0) {
        run.count = calibrate(row, ns);
    }
    if (row->batches > 0 && batches > row->batches) {
        batches = row->batches;
    }
    for (uint64_t i = 0; i < batches; i++) {
        row->function(&run);
        report(row->name, "", run.ns, run.count);
    }
}

static uint32_t the_end;

static void *sleep_on(void *arg)
{
    gate_wait(&the_end);
    return arg;
}

API_MAIN
{
    const struct row *row = argc > 1 ? find(argv[1]) : NULL;
    if (argc == 2 && os_same(argv[1], "list")) {
        find(NULL);
        return 0;
    }
    if (row == NULL || argc < 4) {
        os_fail("which row? free, pinned or count? how many batches?");
    }
    if (os_same(argv[2], "pinned")) {
        os_pin();
    }
    api_thread sleeper;
    must(api_create(&sleeper, sleep_on, NULL));
    if (os_same(argv[2], "count")) {
        struct run run = {.count = (uint64_t)os_number(argv[3])};
        row->function(&run);
    } else {
        run_batches(row, (uint64_t)os_number(argv[3]),
                    argc > 4 ? os_number(argv[4]) * 1000 : 1000000);
    }
    gate_open(&the_end);
    api_join(sleeper);
    return 0;
}
