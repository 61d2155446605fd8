// SPDX-License-Identifier: MIT
// check_manifest.c - fwsum -c, from outside.
//
// Read before: compare.h, check_fwsum.c.  Read after: check_manifest_lines.c.
#include "compare.h"

#include <ctype.h>
#include <stdlib.h>

// ---- lines by hand ----

// Writes a manifest. '@' becomes the digest of the file "a", '^' the same in
// capitals, '%' all but its last digit, '!' a wrong digest.
static void make_manifest(const char *name, const char *text, size_t length)
{
    static char digest[65];
    FILE *file = open_in_tree(name);
    if (digest[0] == '\0') {
        const struct result *result =
            must_run(COMPARE_LIMIT, "sha256sum < $SCRATCH/tree/a");
        memcpy(digest, result->out.text, 64);
    }
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '!') {
            fprintf(file, "%064d", 0);
        } else if (c == '@' || c == '^' || c == '%') {
            for (int digit = 0; digit < (c == '%' ? 63 : 64); digit++) {
                putc(c == '^' ? toupper(digest[digit]) : digest[digit], file);
            }
        } else {
            putc(c, file);
        }
    }
    ck_assert_int_eq(fclose(file), 0);
}

// Each a manifest, separated by '|'. The last ones are about the two kinds of
// lines, with one and with two characters before the name.
static const char forms[] =
    "@  a\n|@ *a\n|@ a\n|^  a\n|!  a\n|@  missing\n|@  d\n|@  a|@  a\r\n|"
    "@  a\r\r\n|@  a\0\n|@  a\0b\n|@ a\0b\n|@\ta\n|@ \ta\n|@\t a\n|@\t*a\n|"
    "@   lead\n|@  lead\n|@ **star\n|@  a \n|@|@\n|@ \n|@  \n|@ *\n|@   \n|"
    " @  a\n|\t @  a\n|\\@  a\n| \\@  a\n|\\ @  a\n|\\\\@  a\n|@0  a\n|"
    "%  a\n|%g  a\n|%0  a\n|%1  a\n|%\0  a\n|#@  a\n| #@  a\n||\n|\r\n|\0\n| "
    "\n|\\\n|"
    "\\@  a\0b\n|\\!  new\\nline\n|\\!  back\\\\slash\n|\\!  return\\r\n|"
    "\\@  a\\x\n|\\@  a\\\n|!  new\\nline\n|@  -\n|@ -\n|SHA256 (a) = @\n|"
    "SHA256(a)= @\n|SHA256 (a)=@|SHA256 (a) \t= \t^\n|SHA256  (a) = @\n|"
    "SHA256 (a) = @ \n|SHA256 (a) = @0\n|SHA256 (a) = %\n|SHA256 (a) = @\0\n|"
    "SHA256 (a) = @\0 x\n|SHA256 (a) = %\0 x\n|SHA256 (a) @\n|"
    "SHA256 (a = @\n|SHA256 a) = @\n|SHA256 ()\n|SHA256 () = @\n|SHA256 (\n|"
    "SHA256\n|SHA256 (par) = (en) = !\n|SHA256 (a\0b) = @\n|SHA256 (-) = @\n|"
    "sha256 (a) = @\n|SHA512 (a) = @\n| SHA256 (a) = @\n|\\SHA256 (a) = @\n|"
    "\\SHA256 (a\0) = @\n|\\SHA256 (a\\) = @\n|\\SHA256 (new\\nline) = !\n|"
    "SHA256 (a) = \\@\n|@  a\n@ a\n@ *a\n@  a\n|@ a\n@  a\n@ *a\n@ a\n|"
    "SHA256 (a) = @\n@ a\nSHA256 (a) = @\n@  a\n|%  a\n@ a\n@  a\n|"
    "@ \\\n\\@ \\\n@  a\n";

static void every_form_of_line_is_judged_as_by_sha256sum(int unused)
{
    static const char *const lines[] = {
        "for m in m*; do echo x | $SUM -cw $m; echo \"$? with $m\"; done",
        "for m in m*; do $SUM --check --strict < $m; echo \"$? with $m\"; done",
        "cat m* | $SUM -c - m*",
        NULL,
    };
    (void)unused;
    make_files();
    for (size_t start = 0, end, i = 0; start < sizeof forms; i++) {
        char name[16];
        for (end = start; end < sizeof forms - 1 && forms[end] != '|';) {
            end++;
        }
        snprintf(name, sizeof name, "m%02zu", i);
        make_manifest(name, forms + start, end - start);
        start = end + 1;
    }
    same(lines);
}

static void what_sha256sum_writes_is_verified(int unused)
{
    static const char *const lines[] = {
        "for o in -b -t --tag; do\n"
        "    sha256sum $o -- [!-d]* > ../m; $SUM -c ../m; echo $?\n"
        "    sha256sum $o -- [!-d]* | $SUM -c; echo $?\n"
        "done",
        "sha256sum - < a > ../m; $SUM -c ../m < a; $SUM -c ../m",
        "cat a | $SUM -c ../m ../m",
        NULL,
    };
    (void)unused;
    make_files();
    same(lines);
}

static void how_much_is_said_is_as_with_sha256sum(int unused)
{
    static const char *const manifests[] = {
        "@  a\n",
        "!  a\n",
        "@  missing\n",
        "x\n",
        "@  a\nx\ny\n",
        "",
        "@  d\n@  a/b\n",
        "x\n!  a\n@  missing\n@  a\n@  d\n@  a\n",
        "!  a\n!  a\n@  missing\n@  gone\nx\nx\n",
    };
    static const char *const lines[] = {
        "for m in m*; do\n"
        "    for o in '' --quiet --status -w --strict --ignore-missing \\\n"
        "        '--quiet --status' '--status -w' '--strict --status' \\\n"
        "        '--status --quiet' '-w --status' '-w --quiet' '--quiet -w' "
        "\\\n"
        "        '--ignore-missing --status' '--ignore-missing --quiet' \\\n"
        "        '--ignore-missing --strict -w'; do\n"
        "        $SUM -c $o $m; echo \"$? with $o $m\"\n"
        "    done\n"
        "done",
        NULL,
    };
    (void)unused;
    make_files();
    for (size_t i = 0; i < sizeof manifests / sizeof manifests[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "m%zu", i);
        make_manifest(name, manifests[i], strlen(manifests[i]));
    }
    same(lines);
}

static void manifests_are_verified_one_after_the_other(int unused)
{
    static const char *const lines[] = {
        "$SUM -cw 'good m' 'bad\nm' none missing d 'good m'",
        "$SUM -cw none - 'bad\nm' < 'bad\nm'",
        "$SUM -c < none; $SUM -c < /dev/null; $SUM -c < d",
        "$SUM -c /dev/null /proc/self/mem 'good m'",
        "cat 'good m' 'bad\nm' | $SUM -c - -",
        "$SUM -c --ignore-missing none 'bad\nm' 'good m'; $SUM -c missing",
        NULL,
    };
    (void)unused;
    make_files();
    make_manifest("good m", "@  a\n", 5);
    make_manifest("bad\nm", "x\n!  a\n", 7);
    make_manifest("none", "x\n", 2);
    same(lines);
}

static const struct listed tests[] = {
#define TEST(sentence)                                                         \
    {                                                                          \
#sentence, sentence, COMPARE_LIMIT                                     \
    }
    TEST(every_form_of_line_is_judged_as_by_sha256sum),
    TEST(what_sha256sum_writes_is_verified),
    TEST(how_much_is_said_is_as_with_sha256sum),
    TEST(manifests_are_verified_one_after_the_other),
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "manifest", tests);
}
