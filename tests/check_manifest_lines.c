// SPDX-License-Identifier: MIT
// check_manifest_lines.c - fwsum -c with lines that are long, many, or made by
// chance.
//
// Read before: compare.h, check_manifest.c.
#include "compare.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void long_lines_are_passed_over(int unused)
{
    static const char *const lines[] = {
        "for n in 65470 65534 65535 65536 65537 131072 200000; do\n"
        "    { echo \"$H  a\"; printf %0${n}d 0; echo \"  a\"; echo \"$H *a\"\n"
        "      printf '#'; printf %0${n}d 0; echo; echo \"$Z  a\"; echo y\n"
        "      printf %0${n}d 0; } > m\n"
        "    $SUM -cw m; echo $?; $SUM -cw < m\n"
        "done",
        "{ echo \"$H  a\"; printf \"$H  %05000d\\n\" 0; echo \"$H  a\"; } > m\n"
        "$SUM -c m",
        NULL,
    };
    (void)unused;
    make_files();
    same(lines);
}

// Far more lines than fwsum queues, with names that do not all fit its memory
// either. An emulator needs more memory than can be forbidden.
static void memory_is_bounded_whatever_the_length(int unused)
{
    static const char *const lines[] = {
        "l=$(printf '././%.0s' $(seq 200))a\n"
        "for i in $(seq 30); do echo \"$H  a\"; echo \"$H  $l\"; echo x; done "
        "|\n"
        "    sed 'p;p;p;p;p;p;p;p;p;p' | sed 'p;p;p;p;p;p;p' > m\n"
        "$SUM -c m | cksum; $SUM -cw m 2>&1 |\n"
        "    sed s/sha256sum/fwsum/ | cksum",
        "xargs -n 20000 $SUM -b < names | cksum",
        "{ yes x | head -n 2048; echo \"$H  -\"; } > n; $SUM -cw n < a",
        NULL,
    };
    (void)unused;
    make_files();
    must_run(COMPARE_LIMIT, "yes a | head -n 20000 > $SCRATCH/tree/names");
    same(lines);
    if (!is_emulated()) {
        must_run(COMPARE_LIMIT, "cd $SCRATCH/tree && ulimit -v 2500 && "
                                "../fwsum -j 4 -c --status m");
    }
}

// ---- lines by chance ----

// What real lines are changed with.
static const char pool[] = "\\\\\\\\   \t\r\n*()=#-nr0aAfFgS2\0\0x";

static void change(FILE *to, const char *line, size_t length, unsigned *state)
{
    size_t at = (size_t)rand_r(state) % (length + 1);
    int how = rand_r(state) % 4;
    fwrite(line, 1, at, to);
    if (how != 0) {
        putc(pool[(size_t)rand_r(state) % (sizeof pool - 1)], to);
    }
    if (how < 3 && at < length) {
        at += how == 2 ? 0 : 1; // 2 inserts; 1 replaces; 0 leaves out
    }
    fwrite(line + at, 1, length - at, to);
}

// A manifest of lines that sha256sum has written, most of them changed.
static void make_random_manifest(const char *name, unsigned *state)
{
    static struct result real;
    FILE *file = open_in_tree(name);
    if (real.out.length == 0) {
        real = *must_run(COMPARE_LIMIT,
                         "cd $SCRATCH/tree && { sha256sum -- *; "
                         "sha256sum -b -- [^-]*; sha256sum --tag -- [^-]*; "
                         "sha256sum a | sed 's/  / /'; } 2> /dev/null");
    }
    for (int i = 0; i < 10; i++) {
        const char *line = real.out.text;
        while (*line != '\0') {
            size_t length = strcspn(line, "\n") + 1;
            if (rand_r(state) % 8 != 0) {
                change(file, line, length, state);
            } else {
                fwrite(line, 1, length, file);
            }
            line += length;
        }
    }
    ck_assert_int_eq(fclose(file), 0);
}

// SEED in the environment repeats a run.
static void random_lines_are_judged_as_by_sha256sum(int unused)
{
    static const char *const lines[] = {
        "for m in m*; do $SUM -cw $m; echo \"$? with $m\"; done",
        NULL,
    };
    const char *wanted = getenv("SEED");
    unsigned seed = wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10)
                                   : (unsigned)time(NULL) ^ (unsigned)getpid();
    unsigned state = seed;
    char what[40];
    (void)unused;
    make_files();
    for (int i = 0; i < (is_emulated() ? 4 : 20); i++) {
        char name[16];
        snprintf(name, sizeof name, "m%02d", i);
        make_random_manifest(name, &state);
    }
    snprintf(what, sizeof what, "SEED=%u", seed);
    same_saying(lines, what);
}

static const struct listed tests[] = {
#define TEST(sentence)                                                         \
    {                                                                          \
#sentence, sentence, COMPARE_LIMIT                                     \
    }
    TEST(long_lines_are_passed_over),
    TEST(memory_is_bounded_whatever_the_length),
    TEST(random_lines_are_judged_as_by_sha256sum),
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "manifest", tests);
}
