// SPDX-License-Identifier: MIT
// compare.h - for the suites about fwsum: is it sha256sum to the last byte?
//
// A case is a line of shell that runs $SUM. All cases of a test are run by
// sha256sum (coreutils 9.1, as Debian 12 has it) and by fwsum with 1, 2, 4 and
// 64 threads (1 and 4 in an emulator), in the same directory; standard output,
// standard error, both together in one file, and each line's exit status must be
// equal.
#ifndef COMPARE_H
#define COMPARE_H

#include "runner.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { COMPARE_LIMIT = 150 };

// A directory $SCRATCH/tree with nothing in it, and fwsum beside it.
static void empty_tree(void)
{
    must_run(COMPARE_LIMIT, "rm -rf $SCRATCH && mkdir -p $SCRATCH/tree && "
                            "cp $BUILD/fwsum $SCRATCH/fwsum && "
                            "chmod 755 $SCRATCH $SCRATCH/*");
}

static FILE *open_in_tree(const char *name)
{
    char path[4096];
    FILE *file;
    snprintf(path, sizeof path, "%s/tree/%s", setting("SCRATCH"), name);
    file = fopen(path, "w");
    ck_assert_msg(file != NULL, "cannot make %s", path);
    return file;
}

// A file of so many bytes, all of which depend on the size.
static void make_file(const char *name, size_t size)
{
    FILE *file = open_in_tree(name);
    uint32_t state = (uint32_t)size + 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        putc((int)(state >> 24), file);
    }
    ck_assert_int_eq(fclose(file), 0);
}

// For manifests: files that they can name, and a directory.
static inline void make_files(void)
{
    empty_tree();
    make_file("a", 3);
    make_file("two words", 0);
    make_file("new\nline", 70);
    make_file("back\\slash", 1000);
    make_file("return\r", 5);
    make_file(" lead", 6);
    make_file("*star", 7);
    make_file("par) = (en", 8);
    make_file("-", 9);
    must_run(COMPARE_LIMIT, "mkdir $SCRATCH/tree/d");
}

// The cases know: $H, the digest of the file "a", and $Z, a wrong one; and $AS,
// which runs a command as somebody who is not root.
static void write_cases(const char *const lines[])
{
    FILE *script = open_in_tree("../cases.sh");
    fputs("H=$(sha256sum < a | cut -c 1-64)\n"
          "Z=$(echo $H | tr 0-9a-f f0-9a-e)\n"
          "AS=\n"
          "if [ $(id -u) = 0 ]; then\n"
          "    AS='setpriv --reuid=65534 --regid=65534 --clear-groups'\n"
          "fi\n",
          script);
    for (int i = 0; lines[i] != NULL; i++) {
        fprintf(script,
                "echo '%d:'; echo '%d:' >&2\n"
                "%s\n"
                "echo \"status $?\"\n",
                i, i, lines[i]);
    }
    ck_assert_int_eq(fclose(script), 0);
}

// Runs the lines, up to one that is NULL, and compares. what is said with a
// failure: a seed, for instance.
static void same_saying(const char *const lines[], const char *what)
{
    write_cases(lines);
    must_run(COMPARE_LIMIT,
             ": %s; cd $SCRATCH/tree && export LC_ALL=C || exit 1\n"
             "run() {\n"
             "    SUM=$1 sh ../cases.sh > ../$2.out 2> ../$2.err\n"
             "    SUM=$1 sh ../cases.sh > ../$2.both 2>&1\n"
             "}\n"
             "run sha256sum want\n"
             "sed -i s/sha256sum/fwsum/g ../want.*\n"
             "for threads in %s; do\n"
             "    run \"$QEMU ../fwsum -j $threads\" got\n"
             "    for part in out err both; do\n"
             "        diff -a -u --label sha256sum --label \"-j $threads\" \\\n"
             "            ../want.$part ../got.$part || exit 1\n"
             "    done\n"
             "done",
             what, is_emulated() ? "1 4" : "1 2 4 64");
}

static void same(const char *const lines[])
{
    same_saying(lines, "in a POSIX shell");
}

#endif
