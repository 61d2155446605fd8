// SPDX-License-Identifier: MIT
// check_archive.c - what is in the archive and in what is linked from it: names,
// sizes, marks. Asked of nm, size and readelf.
//
// Read before: runner.h.
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 300 };

// What differs between processors.
//   tight       bytes that a small program may have at most; aarch64's
//               instructions are longer
//   protection  how a program asks for protected branches and returns, and
//               what makes the linker object to an object without the mark
//   mark        how readelf shows it
static const struct processor {
    const char *arch;
    long tight;
    const char *protection;
    const char *mark;
} processors[] = {
    {"x86_64", 8192, "-fcf-protection=full -Wl,-z,cet-report=error",
     "IBT, SHSTK"},
    {"aarch64", 10240,
     "-mbranch-protection=standard -mno-outline-atomics "
     "-Wl,-z,force-bti,--fatal-warnings",
     "BTI, PAC"},
};

static const struct processor *this_processor(void)
{
    for (size_t i = 0; i < sizeof processors / sizeof processors[0]; i++) {
        if (strcmp(processors[i].arch, setting("ARCH")) == 0) {
            return &processors[i];
        }
    }
    ck_abort_msg("check_archive.c knows nothing of this processor");
    return NULL;
}

// The members of the archive that a program without a libc may contain: all but
// the hosts of programs with one, which are built from src/host and glibc.S.
#define CORE_MEMBERS                                                           \
    "top=$PWD && rm -rf $SCRATCH/core && mkdir -p $SCRATCH/core && "           \
    "cd $SCRATCH/core && ${CROSS}ar x $top/$BUILD/libweft.a && "               \
    "for f in $top/src/host/*.c $top/arch/$ARCH/glibc.S; do "                  \
    "rm -f $(basename $f).o; done && "

static void archive_needs_no_symbol_from_outside(int unused)
{
    (void)unused;
    // What weft-crt0.o has, and nothing else.
    const struct result *result = must_run(
        LIMIT, CORE_MEMBERS
        "${CROSS}ld -r *.o $top/$BUILD/weft-crt0.o -o whole && "
        "${CROSS}nm whole | awk '$1 == \"U\" && $2 !~ /^(weft_main|"
        "_GLOBAL_OFFSET_TABLE_|__(preinit|init|fini)_array_(start|end))$/ "
        "{ print $2 }'");
    ck_assert_str_eq(result->out.text, "");
}

static void archive_defines_only_names_of_its_own(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT, CORE_MEMBERS "${CROSS}nm -g --defined-only *.o | "
                            "awk 'NF == 3 && $3 !~ /^weft_/ { print $3 }'");
    ck_assert_str_eq(result->out.text, "");
}

// Beside its own: the entry point and what compilers call unasked.
static void crt0_defines_only_names_it_must(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT, "${CROSS}nm -g --defined-only $BUILD/weft-crt0.o | "
               "awk 'NF == 3 && $3 !~ /^weft_/ { print $3 }' | "
               "grep -vx -e _start -e 'mem\\(cpy\\|move\\|set\\|cmp\\)' "
               "-e strlen -e __getauxval -e __stack_chk_guard "
               "-e __stack_chk_fail || true");
    ck_assert_str_eq(result->out.text, "");
}

// ---- sizes ----

static long number_from(const struct result *result)
{
    char *end;
    long number = strtol(result->out.text, &end, 10);
    if (end == result->out.text) {
        ck_abort_msg("no number in \"%s\"", result->out.text);
    }
    return number;
}

// 24 KiB on x86_64; a quarter more where every instruction takes four bytes. Of that,
// 4 KiB are what waiters cost that may be gone: in the child of a fork, and where
// processes are killed (ghosts.c, and all that is called _shared.c).
// weft_recycle and the names of all errors are additions that a program asks for by
// name; they are not counted.
static void archive_is_small(int unused)
{
    (void)unused;
    const struct result *result =
        must_run(LIMIT, CORE_MEMBERS
                 "rm recycle.c.o errname.c.o && ${CROSS}size -t *.o | "
                 "awk '/TOTALS/ { print $1 }'");
    const char *arch = getenv("ARCH");
    const long limit =
        arch != NULL && strcmp(arch, "x86_64") == 0 ? 24576 : 30720;
    ck_assert_int_gt(number_from(result), 1000);
    ck_assert_int_le(number_from(result), limit);
}

static void tightly_linked_hello_threads_is_small(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT,
        "mkdir -p $SCRATCH && $CC -std=c11 -Os -ffunction-sections -fno-pie "
        "-fno-asynchronous-unwind-tables -fno-unwind-tables "
        "-Iinclude -Iarch/$ARCH -nostdlib -static "
        "-Wl,--gc-sections,-z,noseparate-code,-z,norelro,--build-id=none "
        "-Wl,-z,common-page-size=16 tests/programs/hello_threads.c "
        "$BUILD/weft-crt0.o $BUILD/libweft.a -lgcc -o $SCRATCH/tight && "
        "${CROSS}strip -R .comment $SCRATCH/tight && "
        "$QEMU $SCRATCH/tight >/dev/null && stat -c %%s $SCRATCH/tight");
    // clang's code is larger than gcc's.
    const long limit = this_processor()->tight;
    const long more = strstr(setting("CC"), "clang") != NULL ? limit / 8 : 0;
    ck_assert_int_le(number_from(result), limit + more);
}

static void fwsum_fits_in_24_KiB(int unused)
{
    (void)unused;
    const struct result *result =
        must_run(LIMIT, "mkdir -p $SCRATCH && ${CROSS}strip -o $SCRATCH/fwsum "
                        "$BUILD/fwsum && stat -c %%s $SCRATCH/fwsum");
    ck_assert_int_le(number_from(result), 24576);
}

// ---- marks ----

static void no_stack_is_executable(int unused)
{
    (void)unused;
    // One object without the note would make the whole program's stack RWE.
    const struct result *result =
        must_run(LIMIT, "${CROSS}readelf -lW $BUILD/tests/hello_threads | "
                        "awk '/GNU_STACK/ { print $(NF - 1) }'");
    ck_assert_str_eq(result->out.text, "RW\n");
    must_run(LIMIT, "${CROSS}readelf -SW $BUILD/libweft.a $BUILD/weft-crt0.o | "
                    "awk '/^File:/ { n++ } /\\.note\\.GNU-stack/ { m++ } "
                    "END { print n, m; exit n < 2 || n != m }'");
}

static void protected_program_stays_protected(int unused)
{
    (void)unused;
    const struct processor *processor = this_processor();
    must_run(LIMIT,
             "mkdir -p $SCRATCH && $CC -std=c11 -O2 %s -Iinclude "
             "-Iarch/$ARCH -nostdlib -static tests/programs/hello_threads.c "
             "$BUILD/weft-crt0.o $BUILD/libweft.a -lgcc -o $SCRATCH/marked && "
             "$QEMU $SCRATCH/marked && ${CROSS}readelf -n $SCRATCH/marked | "
             "grep '%s'",
             processor->protection, processor->mark);
    must_run(LIMIT,
             "${CROSS}readelf -n $BUILD/libweft.a $BUILD/weft-crt0.o | "
             "awk '/^File:/ { n++ } /%s/ { m++ } "
             "END { print n, m; exit n < 2 || n != m }'",
             processor->mark);
}

static const struct listed tests[] = {
    {"archive_needs_no_symbol_from_outside",
     archive_needs_no_symbol_from_outside, LIMIT},
    {"archive_defines_only_names_of_its_own",
     archive_defines_only_names_of_its_own, LIMIT},
    {"crt0_defines_only_names_it_must", crt0_defines_only_names_it_must, LIMIT},
    {"archive_is_small", archive_is_small, LIMIT},
    {"tightly_linked_hello_threads_is_small",
     tightly_linked_hello_threads_is_small, LIMIT},
    {"fwsum_fits_in_24_KiB", fwsum_fits_in_24_KiB, LIMIT},
    {"no_stack_is_executable", no_stack_is_executable, LIMIT},
    {"protected_program_stays_protected", protected_program_stays_protected,
     LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "archive", tests);
}
