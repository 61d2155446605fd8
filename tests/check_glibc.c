// SPDX-License-Identifier: MIT
// check_glibc.c - what static glibc is made of, as far as Weft relies on it: its
// members and the code in them, and what the linker makes of both together.
//
// Asked of libc.a itself, so that another glibc than the one that Weft was
// written beside is looked at as closely. Read before: runner.h.
#include "runner.h"

#include <string.h>

enum { LIMIT = 300 };

#define LIBC    "libc=$($CC -print-file-name=libc.a) && mkdir -p $SCRATCH && "
#define COMPILE "$CC -std=c11 -D_GNU_SOURCE -O2 -Iinclude -Itests/hosted "

// Or it can not be cancelled while it blocks.
static void each_cancellable_call_of_libc_is_understood(int unused)
{
    (void)unused;
    must_run(LIMIT, "tests/cancellable.sh");
}

// The members that define what the host defines, each with what of it is not
// defined by the host but wanted by other members. Those would be linked as well,
// and define it a second time: so they must be known.
static void members_are_replaced_as_a_whole(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT, LIBC
        "rm -rf $SCRATCH/host && mkdir $SCRATCH/host && top=$PWD && "
        "cd $SCRATCH/host && ${CROSS}ar x $top/$BUILD/libweft.a && "
        "${CROSS}nm -g --defined-only glibc*.o libc.c.o | "
        "awk 'NF == 3 && $3 !~ /^weft_/ { print $3 }' > ours && "
        "${CROSS}nm -A $libc 2>/dev/null | awk -F: '"
        "NR == FNR { ours[$1] = 1; next } "
        "{ n = split($3, x, \" \"); name = x[n] } "
        "x[n - 1] ~ /[Uw]/ { used[name] = used[name] \" \" $2 } "
        "x[n - 1] ~ /[TWDVBRi]/ { has[$2] = has[$2] \" \" name; "
        "if (name in ours) replaced[$2] = 1 } "
        "END { for (m in replaced) { line = m; n = split(has[m], x, \" \"); "
        "for (i = 1; i <= n; i++) if (!(x[i] in ours) && x[i] in used) "
        "line = line \", \" x[i] \" for\" used[x[i]]; print line } }' "
        "ours - | LC_ALL=C sort");
    ck_assert_str_eq(result->out.text,
                     "cancellation.o\n"
                     "cleanup_compat.o\n"
                     "libc-cleanup.o\n"
                     "nptl_setxid.o, __nptl_setxid_sighandler for "
                     "pthread_create.o\n"
                     "pthread_setcancelstate.o\n");
}

static void no_thread_code_of_libc_is_linked(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && ls $BUILD/tests/glibc_* | grep -v '\\.d$' | "
             "xargs ${CROSS}nm -A > $SCRATCH/names && "
             "grep -c ' T weft_create$' $SCRATCH/names && "
             "! grep -E ' (start_thread|__nptl_setxid_sighandler|"
             "sigcancel_handler|__pthread_unwind|unwind_stop|"
             "__do_cancel|_*pthread_(create|join|cancel|exit)[a-z_]*|"
             "pthread_setcancelstate|allocate_stack)$' $SCRATCH/names");
}

// Else the libc would start threads that Weft knows nothing of.
static void what_starts_threads_itself_does_not_link(int unused)
{
    (void)unused;
    must_run(
        LIMIT,
        "mkdir -p $SCRATCH && for what in "
        "'timer_create(0, 0, 0)' 'pthread_create(0, 0, 0, 0)' "
        "'aio_read(0)' 'getaddrinfo_a(0, 0, 0, 0)'; do "
        "echo \"#include <weft.h>\nint timer_create(), pthread_create(), "
        "aio_read(), getaddrinfo_a();\nint main(void) { return "
        "weft_create(0, 0, 0, 0) + $what; }\" > $SCRATCH/one.c && "
        "! " COMPILE "-w -std=gnu89 -static $SCRATCH/one.c $BUILD/libweft.a "
        "-o $SCRATCH/one 2> $SCRATCH/errors && "
        "grep -q 'multiple definition of .__nptl_setxid' $SCRATCH/errors || "
        "exit 1; done");
}

static void each_way_of_linking_statically_works(int unused)
{
    (void)unused;
    must_run(LIMIT, "mkdir -p $SCRATCH && for how in '-static' "
                    "'-static-pie -fPIE' '-static -flto' "
                    "'-static -ffunction-sections -Wl,--gc-sections'; do "
                    "rm -f $SCRATCH/linked && " COMPILE
                    "$how tests/hosted/unwind.c $BUILD/libweft.a "
                    "-fexceptions -o $SCRATCH/linked 2>/dev/null && "
                    "$QEMU $SCRATCH/linked stream && "
                    "$QEMU $SCRATCH/linked frames || exit 1; done");
}

// system() and popen(), with the handlers that glibc leaves for their end.
static void commands_are_ended_by_cancellation(int unused)
{
    (void)unused;
    must_run(LIMIT, "$QEMU $BUILD/tests/glibc_unwind command && "
                    "$QEMU $BUILD/tests/glibc_unwind pipe");
}

static void exceptions_and_destructors_of_cpp_work(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && ${CROSS}g++ -std=c++17 -O2 -Wall "
             "-Wextra -Iinclude -static tests/hosted/cxx.cc "
             "$BUILD/libweft.a -o $SCRATCH/cxx && "
             "for i in 1 2 3 4 5; do $QEMU $SCRATCH/cxx || exit 1; done");
}

static void dynamic_program_is_refused(int unused)
{
    (void)unused;
    must_run(LIMIT, "mkdir -p $SCRATCH && " COMPILE
                    "tests/hosted/memory.c $BUILD/libweft.a "
                    "-o $SCRATCH/dynamic && "
                    "QEMU_LD_PREFIX=/usr/$ARCH-linux-gnu "
                    "$QEMU $SCRATCH/dynamic 2> $SCRATCH/line; "
                    "test $? = 127 && test $(wc -l < $SCRATCH/line) = 1 && "
                    "grep -q '^weft: .*neither static musl nor static glibc' "
                    "$SCRATCH/line");
}

static void other_glibc_is_refused_with_one_line(int unused)
{
    (void)unused;
    must_run(LIMIT, "mkdir -p $SCRATCH && for difference in list node tid rseq "
                    "head lock size memory blocking identity; do "
                    "$QEMU $BUILD/tests/glibc_spoilt $difference "
                    "2> $SCRATCH/line; "
                    "test $? = 127 && test $(wc -l < $SCRATCH/line) = 1 && "
                    "grep '^weft: this libc is not a glibc that Weft knows: ' "
                    "$SCRATCH/line || exit 1; done | sort -u | wc -l | "
                    "grep -x 10");
}

static const struct listed tests[] = {
    {"each_cancellable_call_of_libc_is_understood",
     each_cancellable_call_of_libc_is_understood, LIMIT},
    {"members_are_replaced_as_a_whole", members_are_replaced_as_a_whole, LIMIT},
    {"no_thread_code_of_libc_is_linked", no_thread_code_of_libc_is_linked,
     LIMIT},
    {"what_starts_threads_itself_does_not_link",
     what_starts_threads_itself_does_not_link, LIMIT},
    {"each_way_of_linking_statically_works",
     each_way_of_linking_statically_works, LIMIT},
    {"commands_are_ended_by_cancellation", commands_are_ended_by_cancellation,
     LIMIT},
    {"exceptions_and_destructors_of_cpp_work",
     exceptions_and_destructors_of_cpp_work, LIMIT},
    {"dynamic_program_is_refused", dynamic_program_is_refused, LIMIT},
    {"other_glibc_is_refused_with_one_line",
     other_glibc_is_refused_with_one_line, LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "glibc", tests);
}
