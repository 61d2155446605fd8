// SPDX-License-Identifier: MIT
// check_asynclog.c - asynclog from outside: each line comes out once, in order,
// whatever the shape of the input, and however it is made to stop.
//
// Read before: runner.h, utils/asynclog.c.
#include "runner.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LIMIT = 150 };

// What the lines of shell use:
//   $log ...     asynclog; in the background, $! is its process
//   plain FILE   the lines of a log without their stamps, which are looked at
//   whole FILE   a file, ended by a newline if there is any text in it
//   lines N      the numbers 1 to N, one a line
static void in_shell(const char *lines)
{
    must_run(LIMIT,
             "cd $SCRATCH && export LC_ALL=C || exit 1\n"
             "log=\"$QEMU ./asynclog\"\n"
             "plain() {\n"
             "    ! cat \"$@\" | grep -avE '^20[0-9-]{8}T[0-9:]{8}Z ' >&2 &&\n"
             "        cat \"$@\" | cut -b 22-\n"
             "}\n"
             "whole() { sed -e '$a\\' \"$@\"; }\n"
             "lines() { seq \"$1\"; }\n"
             "j='%s' q='%s' rounds=%d\n"
             "%s",
             is_emulated() ? "1 4" : "1 2 3 4 5 6 7 8",
             is_emulated() ? "1 64" : "1 2 64", is_emulated() ? 4 : 12, lines);
}

// An empty directory with asynclog in it.
static void empty_scratch(void)
{
    must_run(LIMIT, "rm -rf $SCRATCH && mkdir -p $SCRATCH && "
                    "cp $BUILD/asynclog $SCRATCH && chmod 777 $SCRATCH");
}

// ---- every line once ----

// A file of lines of given lengths, of all bytes but newline.
static void make_lines(const char *name, const size_t *lengths, int count)
{
    char path[4096];
    FILE *file;
    uint32_t state = 1;
    snprintf(path, sizeof path, "%s/%s", setting("SCRATCH"), name);
    file = fopen(path, "w");
    ck_assert_msg(file != NULL, "cannot make %s", path);
    for (int i = 0; i < count; i++) {
        for (size_t at = 0; at < lengths[i]; at++) {
            state = state * 1664525 + 1013904223;
            putc(state >> 24 == '\n' ? '\0' : (int)(state >> 24), file);
        }
        putc('\n', file);
    }
    ck_assert_int_eq(fclose(file), 0);
}

static void every_line_comes_out_once_and_in_order(int unused)
{
    enum { COUNT = 600 };
    size_t lengths[COUNT];
    (void)unused;
    empty_scratch();
    // Nearly all lengths up to 300, and so many longest ones that several do not
    // fit into the buffers.
    for (int i = 0; i < COUNT; i++) {
        lengths[i] = i % 20 == 0 ? 8192 - (size_t)i / 200 : (size_t)i * 7 % 301;
    }
    make_lines("in.lengths", lengths, COUNT);
    in_shell(
        ": > in.empty; echo > in.newline; printf abc > in.open\n"
        "printf '\\n\\n\\nabc\\n\\n' > in.blank\n"
        "printf 'a\\0b\\n\\0\\0\\n\\0' > in.zeroes\n"
        "printf '\\0' > in.zero; lines 9999 > in.many\n"
        "cat $(find /var/log -name '*.log' -size -2000k -readable) "
        "/etc/services < /dev/null | cut -b -8000 | head -c 1000000 > in.real\n"
        "for in in in.*; do for j in $j; do for q in $q; do\n"
        "    rm -f out.log\n"
        "    $log -j $j -q $q -o out.log < $in || exit 1\n"
        "    whole $in > want && plain out.log | cmp - want ||\n"
        "        { echo $in -j $j -q $q; exit 1; }\n"
        "done; done; done");
}

static void a_very_long_line_becomes_several_and_is_told(int unused)
{
    static const size_t lengths[] = {10, 8193, 3, 100000, 8192, 16384};
    (void)unused;
    empty_scratch();
    make_lines("in", lengths, 6);
    in_shell(
        "for j in 1 4; do rm -f out.log; $log -j $j -o out.log < in 2> err\n"
        "[ $? = 1 ] && plain out.log | tr -d '\\n' > out &&\n"
        "tr -d '\\n' < in | cmp - out && printf "
        "'asynclog: line %s has more than 8192 bytes and becomes several\\n'"
        " 2 4 6 | cmp - err && "
        "[ $(wc -l < out.log) = $((1 + 2 + 1 + 13 + 1 + 2)) ] || exit 1\n"
        "done");
}

static void a_file_that_is_there_is_added_to(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell("lines 5 | $log -o out.log && lines 3 | $log -o out.log &&\n"
             "{ lines 5; lines 3; } > want && plain out.log | cmp - want");
}

// ---- rotation ----

static void files_are_rotated_before_they_are_too_large(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell(
        "lines 3000 > in; for j in 1 4; do\n"
        "rm -f out.log* && $log -j $j -s 5k -n 99 -o out.log < in || exit 1\n"
        "names=$(ls out.log.* | sort -t. -k3nr); set -- $names out.log\n"
        "plain \"$@\" | cmp - in && [ $# -gt 15 ] || exit 1\n"
        // No file is larger, and none could have taken one line more.
        "for f in $names; do size=$(wc -c < $f); line=$(tail -n 1 $f | wc -c)\n"
        "    [ $size -le 5120 ] && [ $((size + line + 1)) -gt 5120 ] || exit "
        "1\n"
        "done; done\n"
        // 25 bytes a line: the limit may be reached, not exceeded.
        "for limit in 100 99; do rm -f out.log*\n"
        "    seq 100 199 | $log -s $limit -o out.log || exit 1\n"
        "    [ $(wc -l < out.log.1) = $((limit / 25)) ] || exit 1\n"
        "done\n"
        // Only so many are kept, and what is left is the end.
        "rm -f out.log*; $log -s 5k -n 2 -o out.log < in && ls out.log* > "
        "names\n"
        "printf 'out.log%s\\n' '' .1 .2 | cmp - names || exit 1\n"
        "plain out.log.2 out.log.1 out.log > out\n"
        "tail -n $(wc -l < out) in | cmp - out || exit 1\n"
        // A line that is larger than any file may be has one for itself.
        "rm -f out.log*; lines 30 | tr '\\n' x > in && echo >> in\n"
        "cat in in > in2; $log -s 20 -n 9 -o out.log < in2 &&\n"
        "plain out.log.1 | cmp - in && plain out.log | cmp - in");
}

static void a_file_that_cannot_be_renamed_grows(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell("mkdir -p out.log.2/x && echo old > out.log.1 && lines 3000 > in\n"
             "$log -s 5k -n 2 -o out.log < in 2> err; [ $? = 1 ] &&\n"
             "plain out.log | cmp - in && [ $(cat out.log.1) = old ] && "
             "echo 'asynclog: cannot rename out.log.1 to out.log.2: "
             "Is a directory' | cmp - err");
}

// ---- how it stops ----

// What it did not read is still in the pipe: both together are all there was.
static void a_signal_in_mid_stream_loses_no_byte(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell(
        "mkfifo in; cut=0\n"
        "for i in $(seq $rounds); do\n"
        "    rm -f out.log; seq 3000000 > in & feeder=$!\n"
        "    exec 3< in; $log -j $((i % 8 + 1)) -q $((i * i)) -o out.log <&3 "
        "&\n"
        "    pid=$!; until [ -s out.log ]; do :; done\n"
        "    kill -$([ $((i % 2)) = 0 ] && echo INT || echo TERM) $pid\n"
        "    wait $pid || exit 1\n"
        "    kill $feeder; cat <&3 > rest; exec 3<&-\n"
        "    [ -s rest ] && cut=$((cut + 1))\n"
        // Where it was cut may be a newline more.
        "    plain out.log | cat - rest | tr -d '\\n' > all\n"
        "    seq 3000000 | tr -d '\\n' | head -c $(wc -c < all) | cmp - all || "
        "exit 1\n"
        "done; [ $cut -gt 0 ]");
}

static void a_signal_ends_it_while_it_waits_for_input(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell("mkfifo in; for i in $(seq $rounds); do\n"
             "    rm -f out.log\n"
             "    $log -j $((i % 8 + 1)) -o out.log < in & pid=$!; exec 3> in\n"
             "    printf 'one\\ntwo\\nopen' >&3\n"
             "    until grep -qs two out.log; do :; done\n"
             "    kill -$([ $((i % 2)) = 0 ] && echo INT || echo TERM) $pid\n"
             "    wait $pid || exit 1\n"
             "    printf 'one\\ntwo\\nopen\\n' > want\n"
             "    exec 3>&-; plain out.log | cmp - want || exit 1\n"
             "done");
}

// ---- threads ----

static void each_thread_has_its_name(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell("mkfifo in; $log -j 3 -o out.log < in & pid=$!; exec 3> in\n"
             "names() { cat /proc/$pid/task/*/comm | grep -cx \"$1\"; }\n"
             "until [ \"$(names worker)\" = 3 ]; do :; done\n"
             "[ $(names writer) = 1 ] && [ $(names clock) = 1 ] || exit 1\n"
             "exec 3>&-; wait $pid");
}

static void the_clock_goes_on_while_lines_come(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell("now() { date -u +%FT%TZ; }\n"
             "mkfifo in; now > times; $log -o out.log < in & exec 3> in\n"
             "stamps() { cut -b -20 out.log | uniq; }\n"
             "until [ \"$(stamps | wc -l)\" -gt 2 ]; do\n"
             "    echo line >&3; sleep 0.05\n"
             "done; exec 3>&-; wait; stamps >> times; now >> times\n"
             "cat times; sort -c times");
}

static void no_thread_to_be_had_is_told(int unused)
{
    (void)unused;
    if (is_emulated()) {
        return; // its own threads would be counted
    }
    empty_scratch();
    in_shell("AS=; [ $(id -u) != 0 ] || "
             "AS='setpriv --reuid=65534 --regid=65534 --clear-groups'\n"
             "{ $AS prlimit --nproc=1 $log -o out.log 2> err; echo $?; cat; } "
             "> rest << END\nline\nEND\n"
             "printf '1\\nline\\n' | cmp - rest && "
             "echo 'asynclog: cannot start a writer: "
             "Resource temporarily unavailable' | cmp - err");
}

// ---- errors ----

static void what_cannot_be_opened_is_told_and_nothing_is_read(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell("mkdir d; lines 3 > in\n"
             "try() {\n"
             "    { $log -o \"$1\" 2> err; echo $?; cat; } < in > rest\n"
             "    { echo 1; cat in; } | cmp - rest &&\n"
             "        echo \"asynclog: $1: $2\" | cmp - err || exit 1\n"
             "}\n"
             "try none/out.log 'No such file or directory'\n"
             "try d 'Is a directory'\n"
             "try '' 'No such file or directory'\n"
             "try $(printf %05000d 0) 'Filename too long'\n"
             "$log -o out.log < d 2> err; [ $? = 1 ] &&\n"
             "echo 'asynclog: standard input: Is a directory' | cmp - err &&\n"
             "[ ! -s out.log ]");
}

static void what_cannot_be_written_is_counted(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell(
        "lines 999 > in; $log -o /dev/full < in 2> err; [ $? = 1 ] &&\n"
        "printf 'asynclog: /dev/full: %s\\n' "
        "'cannot write: No space left on device' '999 lines are lost' |\n"
        "    cmp - err || exit 1\n"
        // It does not go on reading for ever.
        "yes | $log -o /dev/full 2> err; [ $? = 1 ] || exit 1\n"
        // A limit in the midst of a line: what is there are whole lines.
        "for q in $q; do rm -f out.log\n"
        "(trap '' XFSZ; ulimit -f 8; exec $log -q $q -o out.log) < in 2> err\n"
        "[ $? = 1 ] && plain out.log > out || exit 1\n"
        "n=$(wc -l < out); head -n $n in | cmp - out && [ $n -gt 99 ] &&\n"
        "printf 'asynclog: out.log: %s\\n' 'cannot write: File too large' "
        "\"$((999 - n)) lines are lost\" | cmp - err || exit 1\n"
        "done");
}

static void wrong_options_are_refused(int unused)
{
    (void)unused;
    empty_scratch();
    in_shell(
        "lines 3 > in; try() {\n"
        "    { $log \"$@\" 2> err; echo $?; cat; } < in > rest\n"
        "    { echo 2; cat in; } | cmp - rest && [ ! -e x ] &&\n"
        "        tail -n 1 err | grep -q '^usage: asynclog ' || exit 1\n"
        "}\n"
        "try; try -o; try -o x y; try -x -o x; try -j 4\n"
        "for j in 0 65 -1 +1 x 4x '' 99999999999999999999 1M; do\n"
        "    try -j \"$j\" -o x; done\n"
        "for q in 0 65537 -1 1m; do try -q $q -o x; done\n"
        "for s in 0 -1 k 99999999999999999M 5kk 1T; do try -s $s -o x; done\n"
        "for n in 0 1000 -1; do try -n $n -o x; done\n"
        "$log -j1 -q1 -s1M -n1 -o x < in && plain x | cmp - in");
}

static void it_is_one_static_file(int unused)
{
    (void)unused;
    must_run(
        LIMIT,
        "! ${CROSS}readelf -lW $BUILD/asynclog | grep -E 'INTERP|DYNAMIC'");
}

static const struct listed tests[] = {
#define TEST(sentence)                                                         \
    {                                                                          \
#sentence, sentence, LIMIT                                             \
    }
    TEST(every_line_comes_out_once_and_in_order),
    TEST(a_very_long_line_becomes_several_and_is_told),
    TEST(a_file_that_is_there_is_added_to),
    TEST(files_are_rotated_before_they_are_too_large),
    TEST(a_file_that_cannot_be_renamed_grows),
    TEST(a_signal_in_mid_stream_loses_no_byte),
    TEST(a_signal_ends_it_while_it_waits_for_input),
    TEST(each_thread_has_its_name),
    TEST(the_clock_goes_on_while_lines_come),
    TEST(no_thread_to_be_had_is_told),
    TEST(what_cannot_be_opened_is_told_and_nothing_is_read),
    TEST(what_cannot_be_written_is_counted),
    TEST(wrong_options_are_refused),
    TEST(it_is_one_static_file),
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "asynclog", tests);
}
