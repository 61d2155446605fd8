// SPDX-License-Identifier: MIT
// check_lint.c - the parts of lint.sh that say whether a text is true, each as a
// test of its own. Style is not judged here: make lint does that.
//
// Read before: runner.h, lint.sh.
#include "runner.h"

enum { LIMIT = 60 };

static void every_file_names_its_licence(int unused)
{
    (void)unused;
    must_run(LIMIT, "tests/lint.sh licence");
}

static void processors_are_told_apart_in_arch_only(int unused)
{
    (void)unused;
    must_run(LIMIT, "tests/lint.sh arch");
}

static void labels_that_comments_cite_exist(int unused)
{
    (void)unused;
    must_run(LIMIT, "tests/lint.sh labels");
}

static void what_the_readmes_name_exists(int unused)
{
    (void)unused;
    must_run(LIMIT, "tests/lint.sh readmes");
}

static const struct listed tests[] = {
    {"every_file_names_its_licence", every_file_names_its_licence, LIMIT},
    {"processors_are_told_apart_in_arch_only",
     processors_are_told_apart_in_arch_only, LIMIT},
    {"labels_that_comments_cite_exist", labels_that_comments_cite_exist, LIMIT},
    {"what_the_readmes_name_exists", what_the_readmes_name_exists, LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "lint", tests);
}
