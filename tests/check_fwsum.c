// SPDX-License-Identifier: MIT
// check_fwsum.c - fwsum from outside: what it prints, and for which options.
//
// Read before: compare.h.  Read after: check_manifest.c, about -c.
#include "compare.h"

#include <stdio.h>
#include <sys/stat.h>

// ---- what is printed ----

static void digests_are_right_around_every_block_boundary(int unused)
{
    static const size_t edges[] = {0, 55, 63, 119, 127, 65535, 1048575};
    static const char *const lines[] = {
        "$SUM *", "$SUM 1 a < 55", "$SUM < 1048577", "cat 65535 | $SUM", NULL};
    (void)unused;
    empty_tree();
    make_file("a", 3);
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        for (size_t size = edges[i]; size < edges[i] + 3; size++) {
            char name[24];
            snprintf(name, sizeof name, "%zu", size);
            make_file(name, size);
        }
    }
    same(lines);
}

// fwsum is several times faster with them, and the kernel knows them by name.
static void instructions_for_it_are_used_where_there_are_some(int unused)
{
    (void)unused;
    must_run(
        COMPARE_LIMIT,
        "which() { [ \"$($@ $BUILD/tests/digests which)\" = $which ]; }; "
        "if [ -n \"$QEMU\" ]; then which=instructions which $QEMU -cpu max "
        "&& which=instructions which $QEMU -cpu cortex-a53; else "
        "if grep -qwE 'sha_ni|sha2' /proc/cpuinfo; "
        "then which=instructions; else which=portable; fi; which; fi");
}

// Copies the text up to c into part and returns what follows c. At the end of
// the text: NULL. So a table of texts is one string.
static const char *split(const char *text, char c, char part[64])
{
    size_t length = strcspn(text, (const char[]){c, '\0'});
    ck_assert_uint_lt(length, 64);
    memcpy(part, text, length);
    part[length] = '\0';
    return text[length] == '\0' ? NULL : text + length + 1;
}

// Separated by what no name can have in it.
static const char odd_names[] =
    "two words/ lead/tail /new\nline/\nnew/back\\slash/\\/\\n/return\r/tab\t/"
    "star*/*star/-dash/--check/#/{}/[]/a=b/?/!/a:b/\"/"
    "quote'/'/''/it's\n/it's $HOME/it's two words/it's:/#a'/a#'/~'/'~/{'/a?'/"
    "\303\244/\001\002/\177/it's \303\244 \001/\303\244'\303\244/'\001/\001'";

static void odd_names_are_escaped_as_sha256sum_does(int unused)
{
    static const char *const lines[] = {"$SUM -- *",          "$SUM -b -- *",
                                        "$SUM --tag -- *",    "$SUM -z -- *",
                                        "$SUM --tag -z -- *", NULL};
    char name[64];
    (void)unused;
    empty_tree();
    make_file("a", 3);
    for (const char *rest = odd_names; rest != NULL;) {
        rest = split(rest, '/', name);
        make_file(name, strlen(name));
    }
    same(lines);
}

static void make_directory(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tree/%s", setting("SCRATCH"), name);
    mkdir(path, 0755);
}

// Directories, because a message about them needs no name that is missing.
static void names_in_messages_are_quoted_as_sha256sum_does(int unused)
{
    static const char *const lines[] = {"$SUM -- *", "$SUM ''", NULL};
    static const char *const shapes[] = {"%c",  "%cx", "x%cy",  "x%c",
                                         "'%c", "%c'", "a'%c'b"};
    char name[64];
    (void)unused;
    empty_tree();
    make_file("a", 3);
    for (const char *rest = odd_names; rest != NULL;) {
        rest = split(rest, '/', name);
        make_directory(name);
    }
    for (int c = 1; c < 256; c++) {
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            snprintf(name, sizeof name, shapes[i], c);
            make_directory(name); // "a" is there, "." too, and "/x" elsewhere
        }
    }
    same(lines);
}

static void what_cannot_be_read_is_told_and_the_rest_is_done(int unused)
{
    static const char *const lines[] = {
        "$SUM a missing b",
        "$SUM missing",
        "$SUM d a",
        "$SUM a/ b/c d/..",
        "$SUM dangling loop a",
        "$SUM /proc/self/mem a",
        "$AS $SUM a secret b",
        "$SUM $(printf %05000d 0) a $(printf %0300d 0)",
        NULL,
    };
    (void)unused;
    empty_tree();
    make_file("a", 3);
    make_file("b", 100000);
    make_file("secret", 5);
    must_run(COMPARE_LIMIT, "cd $SCRATCH/tree && mkdir d && chmod 0 secret && "
                            "ln -s nowhere dangling && ln -s loop loop");
    same(lines);
}

// ---- the command line ----

static void options_are_understood_as_by_sha256sum(int unused)
{
    static const char *const lines[] = {
        "for o in -b -t --tag -z -bt -tb -zb --binary --text --zero --bin \\\n"
        "    --te --ta --z '-b --tag' '-t --tag' '--tag -t' '--tag -b' \\\n"
        "    -x -bx -h -q -bq --foo --foo=1 --t --b= --tag= --= --s \\\n"
        "    --st --status --stat --quiet --warn -w --strict \\\n"
        "    --ignore-missing --i '--quiet --status' '--strict --warn' \\\n"
        "    '-z --strict' '--tag --status' '--tag -t --warn'; do\n"
        "    $SUM $o a; echo \"$? with $o\"; $SUM a $o\n"
        "done",
        "for o in -b -t --tag -z -bt '--tag -z' '-b --tag' '-z -b' \\\n"
        "    '--tag -t' --status=1 --ch --check=; do\n"
        "    $SUM -c $o a; echo \"$? with $o\"; $SUM $o -cw a\n"
        "done",
        "$SUM -- -b a; $SUM a -- -b; $SUM -b -- --; $SUM --; $SUM -- -",
        "$SUM '-\n' '--\n'",
        NULL,
    };
    (void)unused;
    empty_tree();
    make_file("a", 3);
    make_file("-b", 4);
    same(lines);
}

static void a_wrong_number_of_threads_is_refused(int unused)
{
    (void)unused;
    empty_tree();
    make_file("a", 3);
    must_run(
        COMPARE_LIMIT,
        "cd $SCRATCH/tree && for j in 0 -1 1025 99999999999 x 4x ''; do\n"
        "    ! $QEMU ../fwsum -j \"$j\" a > ../out 2> ../err &&\n"
        "    [ ! -s ../out ] && printf '%%s\\n' \\\n"
        "        \"fwsum: invalid number of threads: '$j'\" \\\n"
        "        \"Try 'fwsum --help' for more information.\" |\n"
        "        cmp - ../err || exit 1\n"
        "done; ! $QEMU ../fwsum a -j 2> ../err && \n"
        "grep -qx \"fwsum: option requires an argument -- 'j'\" ../err &&\n"
        "for j in -j1 '-j 1' -j1024 -bj3 '-cj 3'; do\n"
        "    $QEMU ../fwsum $j /dev/null > ../out 2>&1\n"
        "    case $j in -c*) [ $? = 1 ] ;; *) [ $? = 0 ] ;; esac || exit 1\n"
        "done");
}

static void help_and_version_are_told(int unused)
{
    (void)unused;
    must_run(COMPARE_LIMIT,
             "$QEMU $BUILD/fwsum --help --foo | grep -q '^Usage:'"
             " && $QEMU $BUILD/fwsum x --version 2>&1 | "
             "grep -qxE 'fwsum \\(Weft\\) [0-9]+(\\.[0-9]+){2}'");
}

// ---- the standard descriptors ----

// All that comes before standard input is out before it is read.
static const char in_turn[] =
    "mkfifo go; { cat go; echo x; } |\n"
    "    $SUM b b b b b - a a a | { head -n 5; echo > go; cat; }; rm go";

static void standard_input_is_read_in_turn(int unused)
{
    static const char *const lines[] = {
        "$SUM < a",
        "cat b | $SUM -b",
        "cat b | $SUM --tag a - b - -",
        "$SUM - a - < b",
        "$SUM < .; $SUM - a < .",
        "cat b | $SUM /dev/stdin",
        in_turn,
        NULL,
    };
    (void)unused;
    empty_tree();
    make_file("a", 3);
    make_file("b", 300000);
    same(lines);
}

static const char nobody_reads[] =
    "mkfifo go out\n"
    "(trap '' PIPE; exec > out; read line < go; $SUM a; echo $? >&2) &\n"
    "exec 3< out; exec 3<&-; echo > go; wait; rm go out";

// The last line is cut short by a write, and the next write fails.
static const char cut_short[] =
    "(ulimit -f 1; trap '' XFSZ; $SUM a a a a a a a a > ../cut 2> ../told)\n"
    "echo $?; cat ../told >&2; cksum ../cut";

static void closed_and_full_descriptors_are_told_of(int unused)
{
    static const char *const lines[] = {
        "$SUM a b > /dev/full",
        "$SUM a missing b > /dev/full",
        "$SUM missing > /dev/full",
        "$SUM a b b b b >&-",
        "$SUM missing >&-",
        "$SUM <&-",
        "$SUM - a b <&-",
        "$SUM a b - missing - <&- >&-",
        "$SUM a b <&-",
        "$SUM - 0> ../none",
        "$SUM a missing 2>&-",
        "$SUM a 2>&-",
        "$SUM a missing 2> /dev/full",
        "$SUM a >&- 2>&-",
        "$SUM -c <&-; echo \"$H  -\" > m; $SUM -c m <&-; $SUM -c m < a",
        "echo \"$H  a\" > m; echo bad >> m; $SUM -c m > /dev/full",
        "$SUM -c --status m > /dev/full; $SUM -c --status m >&-",
        "$SUM -c m 2> /dev/full; $SUM -c m 2>&-",
        cut_short,
        nobody_reads,
        NULL,
    };
    (void)unused;
    empty_tree();
    make_file("a", 3);
    make_file("b", 300000);
    same(lines);
}

static const struct listed tests[] = {
#define TEST(sentence)                                                         \
    {                                                                          \
#sentence, sentence, COMPARE_LIMIT                                     \
    }
    TEST(digests_are_right_around_every_block_boundary),
    TEST(instructions_for_it_are_used_where_there_are_some),
    TEST(odd_names_are_escaped_as_sha256sum_does),
    TEST(names_in_messages_are_quoted_as_sha256sum_does),
    TEST(what_cannot_be_read_is_told_and_the_rest_is_done),
    TEST(options_are_understood_as_by_sha256sum),
    TEST(a_wrong_number_of_threads_is_refused),
    TEST(help_and_version_are_told),
    TEST(standard_input_is_read_in_turn),
    TEST(closed_and_full_descriptors_are_told_of),
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "fwsum", tests);
}
