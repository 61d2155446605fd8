// SPDX-License-Identifier: MIT
// check_workers.c - fwsum from outside: that its threads share the work.
//
// Read before: compare.h, check_fwsum.c.
#include "compare.h"

#include <stdlib.h>

// Each pipe's writer waits for its reader, and the writers come last first.
static void files_are_digested_at_the_same_time(int unused)
{
    (void)unused;
    empty_tree();
    must_run(COMPARE_LIMIT, "cd $SCRATCH/tree && mkfifo 1 2 3 4 || exit 1\n"
                            "for i in 4 3 2 1; do : > $i; done &\n"
                            "timeout 60 $QEMU ../fwsum -j 4 1 2 3 4 > ../out &&"
                            " : > a && sha256sum a a a a | cut -c 1-66 > ../a "
                            "&& cut -c 1-66 ../out | cmp - ../a");
}

// After its first files the worker has nothing to do and falls asleep, while the
// main thread waits for more of the manifest. What then comes takes them both.
static void a_worker_that_sleeps_is_woken_for_new_work(int unused)
{
    (void)unused;
    empty_tree();
    make_file("a", 3);
    must_run(COMPARE_LIMIT,
             "cd $SCRATCH/tree && mkfifo manifest 1 2 || exit 1\n"
             "line() { echo \"$(sha256sum < a | cut -c 1-64)  $1\"; }\n"
             "$QEMU ../fwsum -j 2 -c < manifest > ../out & pid=$!\n"
             "exec 3> manifest; { line a; line a; line a; } >&3\n"
             "awake() { cat /proc/$pid/task/*/stat | grep -v ' S '; }\n"
             "while awake; do :; done > /dev/null\n"
             "{ line 1; line 2; } >&3; exec 3>&-\n"
             "{ cat a > 2; cat a > 1; } &\n"
             "wait $pid && printf '%%s: OK\\n' a a a 1 2 | cmp - ../out");
}

// While the main thread waits for more of the manifest, the only worker takes
// what there is, and stays with the pipe "1". The other files come now; when the
// main thread waits again, all are queued. Then the worker may go on.
static void the_largest_file_is_taken_first(int unused)
{
    (void)unused;
    empty_tree();
    make_file("s30", 30);
    make_file("s1000", 1000);
    make_file("s200", 200);
    make_file("s4", 4);
    must_run(COMPARE_LIMIT,
             "cd $SCRATCH/tree && mkfifo manifest 1 2 || exit 1\n"
             "lines() { printf \"%%064d  %%s\\n\" $*; }\n"
             "seen() { until tr '\\n' ' ' < ../log | grep -q \"$1\"; do\n"
             "    sleep 0.02; done; }\n"
             "if [ \"$QEMU\" ]; then\n"
             "    set -- $QEMU -strace ../fwsum\n"
             "else\n"
             "    set -- strace -f -o ../log ../fwsum\n"
             "fi\n"
             ": > ../log\n"
             "\"$@\" -j 2 -c < manifest > ../out 2>> ../log &\n"
             "exec 3> manifest; lines 0 1 0 2 >&3; seen 'openat([^(]*\"1\"'\n"
             "lines 0 s30 0 s1000 0 s200 0 s4 >&3\n"
             "seen 'statx([^(]*\"s4\".*read(0,'\n"
             ": > 1; seen 'openat([^(]*\"s4\"'; : > 2; exec 3>&-; wait\n"
             "grep -oE 'openat\\([^(]*\"s[0-9]+' ../log | sed 's/.*\"//' |\n"
             "    tr '\\n' ' ' | grep -qx 's1000 s200 s30 s4 ' || "
             "{ cat ../log; exit 1; }");
}

static void results_come_in_order_of_the_arguments(int unused)
{
    static const char *const lines[] = {
        "$SUM f* b* f*",
        "$SUM f* missing b* f* d f*; $SUM $(ls -r)",
        NULL,
    };
    (void)unused;
    empty_tree();
    make_file("a", 3);
    // More than fwsum queues at a time.
    must_run(COMPARE_LIMIT, "cd $SCRATCH/tree && mkdir d && "
                            "for i in $(seq 1100); do echo $i > f$i; done");
    make_file("b1", 2000000);
    make_file("b2", 1);
    make_file("b3", 500000);
    same(lines);
}

// In an emulator, its own threads would be counted.
static void work_is_done_when_no_thread_can_be_had(int unused)
{
    static const char *const lines[] = {
        "$AS $LIMIT $SUM a b missing b a b a",
        "$SUM a b a b > m; $AS $LIMIT $SUM -c m",
        NULL,
    };
    (void)unused;
    setenv("LIMIT", is_emulated() ? "" : "prlimit --nproc=1", 1);
    empty_tree();
    make_file("a", 3);
    make_file("b", 300000);
    same(lines);
    if (!is_emulated()) {
        must_run(COMPARE_LIMIT,
                 "cd $SCRATCH/tree && [ $(id -u) != 0 ] || "
                 "set -- setpriv --reuid=65534 --regid=65534 --clear-groups\n"
                 "chmod 777 .. && strace -f -o ../log \"$@\" "
                 "prlimit --nproc=1 ../fwsum -j 9 a b a b a b > ../out && "
                 "[ $(grep -c 'clone(.*EAGAIN' ../log) = 1 ]");
    }
}

static void a_terminal_sees_progress_and_then_results_alone(int unused)
{
    (void)unused;
    empty_tree();
    must_run(
        COMPARE_LIMIT,
        "cd $SCRATCH/tree && mkfifo p && printf ab > ab || exit 1\n"
        "{ printf a; sleep 1.5; printf b; } > p &\n"
        "script -qec \"$QEMU ../fwsum p missing ab\" ../seen > ../out\n"
        "[ $? = 1 ] && grep -q 'of 3 files' ../out || exit 1\n"
        "esc=$(printf '\\033'); cr=$(printf '\\r')\n"
        "sha256sum ab | sed \"s/ab/p/; s/$/$cr/\" > ../want\n"
        "echo \"fwsum: missing: No such file or directory$cr\" >> ../want\n"
        "sha256sum ab | sed \"s/$/$cr/\" >> ../want\n"
        // Runs of progress, each ended by taking it away.
        "sed -E \"s/($cr[^$cr]*files, [0-9]* MiB$esc\\[K)*$cr$esc\\[K//g\""
        " ../out | diff -a ../want -");
}

static void it_needs_no_libc_and_24_KiB(int unused)
{
    (void)unused;
    // clang's code is larger than gcc's.
    must_run(COMPARE_LIMIT,
             "case $CC in *clang*) limit=28 ;; *) limit=24 ;; esac\n"
             "[ $(wc -c < $BUILD/fwsum) -le $((limit * 1024)) ] &&\n"
             "! ${CROSS}readelf -lW $BUILD/fwsum | grep -E 'INTERP|DYNAMIC'");
}

static const struct listed tests[] = {
#define TEST(sentence)                                                         \
    {                                                                          \
#sentence, sentence, COMPARE_LIMIT                                     \
    }
    TEST(files_are_digested_at_the_same_time),
    TEST(a_worker_that_sleeps_is_woken_for_new_work),
    TEST(the_largest_file_is_taken_first),
    TEST(results_come_in_order_of_the_arguments),
    TEST(work_is_done_when_no_thread_can_be_had),
    TEST(a_terminal_sees_progress_and_then_results_alone),
    TEST(it_needs_no_libc_and_24_KiB),
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "workers", tests);
}
