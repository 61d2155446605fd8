// SPDX-License-Identifier: MIT
// check_posix.c - the drop-ins and their drivers, seen from outside.
//
// Read before: runner.h, src/driver/weft-gcc.sh. What the programs of tests/posix
// do when they run is in programs.def.
#include "runner.h"

#include <string.h>

enum { LIMIT = 300 };

#define GCC "build/bin/weft-gcc --target=$ARCH -D_GNU_SOURCE -DWEFT -std=c11 "
#define GXX "build/bin/weft-g++ --target=$ARCH -DWEFT -std=c++20 "

// The control: what these programs expect is not what Weft does, but what the
// standards say. (The parts between #ifdef WEFT are what they say, and a libc not.)
static void programs_hold_for_the_libcs_own_threads(int unused)
{
    (void)unused;
    // qemu-user has no robust lists, which glibc's robust mutexes need.
    must_run(LIMIT, "mkdir -p $SCRATCH && for f in tests/posix/*.c; do "
                    "case $QEMU$f in qemu*/locks.c) continue;; esac; "
                    "$CC -D_GNU_SOURCE -std=c11 -O1 -static -pthread $f "
                    "-o $SCRATCH/stock && "
                    "timeout 60 $QEMU $SCRATCH/stock > /dev/null || "
                    "{ echo $f; exit 1; }; done");
    must_run(LIMIT, "for f in tests/posix/*.cc; do "
                    "${CROSS}g++ -std=c++20 -static -O1 $f -o $SCRATCH/stock "
                    "&& timeout 60 $QEMU $SCRATCH/stock > /dev/null || "
                    "{ echo $f; exit 1; }; done");
}

// What the drop-in is for: in a sandbox that knows no clone3, the libc's own
// threads are no threads.
static void clone3_refused_ends_the_libcs_own_logger(int unused)
{
    (void)unused;
    if (is_emulated()) {
        return; // qemu-user has no seccomp filters
    }
    const struct result *result = try_run(
        LIMIT, "mkdir -p $SCRATCH && $CC -x c++ -std=c++20 -O1 -static "
               "tests/posix/logger.cc -lstdc++ -lm -o $SCRATCH/stock && "
               "$SCRATCH/stock sandbox 2>&1");
    ck_assert_ptr_nonnull(strstr(result->out.text, "std::system_error"));
    must_run(LIMIT, "$BUILD/tests/posix_glibc_logger sandbox");
}

static void threads_are_made_by_clone_alone(int unused)
{
    (void)unused;
    if (is_emulated()) {
        return; // strace would see qemu's own threads
    }
    const struct result *result =
        must_run(LIMIT, "for p in posix_musl_course posix_glibc_course "
                        "posix_glibc_standard_library; do "
                        "strace -f -qq -e trace=clone,clone3 "
                        "$BUILD/tests/$p 2>&1 >/dev/null | "
                        "grep -o 'clone3*(' | sort -u; done");
    ck_assert_str_eq(result->out.text, "clone(\nclone(\nclone(\n");
}

// Of the libc's own threads nothing is in the programs but data and what computes.
static void nothing_of_the_libcs_threads_is_linked(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT,
        "mkdir -p $SCRATCH && " GCC "--libc=musl tests/posix/cancel.c "
        "-Wl,-Map=$SCRATCH/musl.map -o $SCRATCH/musl && " GXX
        "tests/posix/standard_library.cc "
        "-Wl,-Map=$SCRATCH/glibc.map -o $SCRATCH/glibc && "
        "sed -n 's|.*libc.a(\\(.*\\)\\.l*o).*|\\1|p' $SCRATCH/musl.map "
        "$SCRATCH/glibc.map | sort -u | "
        "grep -E '^(pthread|sem|thrd|mtx|cnd|tss|nptl|call_once|cancel)' | "
        "grep -vxE 'pthread_(self|equal|sigmask|keys|mutex_conf|atfork|"
        "cleanup_upto|setattr_default_np|[a-z]*attr_.*)|nptl-stack|"
        "nptl_(nthreads|deallocate_tsd|free_tcb)' || true");
    ck_assert_str_eq(result->out.text, "");
}

// A member of libc.a that is replaced in part must not be needed for its other
// part: the linker would take it as well, and there would be two of everything.
static void no_member_of_the_libc_is_replaced_in_part(int unused)
{
    (void)unused;
    const struct result *result =
        must_run(LIMIT, "tests/posix/mixed.sh ${CROSS}nm $BUILD/musl/weft.o "
                        "/usr/lib/$ARCH-linux-musl/libc.a && "
                        "tests/posix/mixed.sh ${CROSS}nm $BUILD/glibc/weft.o "
                        "$($CC -print-file-name=libc.a)");
    // These two call what is replaced, and are meant to.
    ck_assert_str_eq(result->out.text, "__syscall_cp.lo __syscall_cp\n"
                                       "fork.lo fork\n");
}

static void refuses(const char *command, const char *what)
{
    const struct result *result = try_run(LIMIT,
                                          "mkdir -p $SCRATCH && rm -f "
                                          "$SCRATCH/p && %s 2>&1 && "
                                          "ls $SCRATCH/p",
                                          command);
    ck_assert_msg(!exited_with(result, 0), "%s: accepted", command);
    ck_assert_msg(strstr(result->out.text, what) != NULL, "%s: %s", command,
                  result->out.text);
}

static void drivers_refuse_what_would_not_work(int unused)
{
    (void)unused;
    refuses(GCC "tests/posix/course.c /usr/lib/$ARCH-linux-musl/libc.a "
                "-o $SCRATCH/p",
            "-Wl,-u,pthread_create");
    refuses(GCC "--libc=glibc tests/posix/course.c "
                "$($CC -print-file-name=libc.a) -o $SCRATCH/p",
            "-Wl,-u,pthread_create");
    refuses(GCC "-shared tests/posix/course.c -o $SCRATCH/p", "static");
    refuses(GXX "--libc=musl tests/posix/named.cc -o $SCRATCH/p",
            "no C++ library");
    refuses(GCC "--libc=other tests/posix/course.c -o $SCRATCH/p",
            "musl or glibc");
}

// As makefiles use a compiler: in two steps, with -static, by another name.
static void drivers_work_as_compilers_do(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && " GCC "-O2 -c tests/posix/c11.c "
             "-o $SCRATCH/c11.o && " GCC "-static $SCRATCH/c11.o "
             "-lpthread -lm -o $SCRATCH/c11 && $QEMU $SCRATCH/c11 && " GCC
             "--libc=glibc -pthread tests/posix/c11.c -o $SCRATCH/c11 && "
             "$QEMU $SCRATCH/c11 && " GCC "-E tests/posix/c11.c > /dev/null && "
             "build/bin/weft-gcc --version > /dev/null && " GXX
             "-rdynamic tests/posix/named.cc -o $SCRATCH/named && "
             "$QEMU $SCRATCH/named");
    must_run(LIMIT, "cp tests/posix/c11.c tests/posix/standard.h $SCRATCH && "
                    "cd $SCRATCH && rm -f c11 && "
                    "make CC=\"$OLDPWD/build/bin/weft-gcc --target=$ARCH\" "
                    "CFLAGS=-D_GNU_SOURCE LDFLAGS=-static c11 && $QEMU ./c11");
}

static void archives_are_found_without_the_drivers(int unused)
{
    (void)unused;
    must_run(LIMIT, "mkdir -p $SCRATCH && $CC -D_GNU_SOURCE -DWEFT -static "
                    "-L$BUILD/glibc tests/posix/course.c -o $SCRATCH/course && "
                    "$QEMU $SCRATCH/course && "
                    "${CROSS}nm $SCRATCH/course | grep -q ' weft__create$'");
}

static const struct listed tests[] = {
    {"programs_hold_for_the_libcs_own_threads",
     programs_hold_for_the_libcs_own_threads, 2 * LIMIT},
    {"clone3_refused_ends_the_libcs_own_logger",
     clone3_refused_ends_the_libcs_own_logger, LIMIT},
    {"threads_are_made_by_clone_alone", threads_are_made_by_clone_alone, LIMIT},
    {"nothing_of_the_libcs_threads_is_linked",
     nothing_of_the_libcs_threads_is_linked, LIMIT},
    {"no_member_of_the_libc_is_replaced_in_part",
     no_member_of_the_libc_is_replaced_in_part, LIMIT},
    {"drivers_refuse_what_would_not_work", drivers_refuse_what_would_not_work,
     LIMIT},
    {"drivers_work_as_compilers_do", drivers_work_as_compilers_do, LIMIT},
    {"archives_are_found_without_the_drivers",
     archives_are_found_without_the_drivers, LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "posix", tests);
}
