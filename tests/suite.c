// SPDX-License-Identifier: MIT
// suite.c - a Check suite whose tests come from a table.
//
// Check names a test after a function; here one function serves many rows, so
// the tests are described to Check by hand, with the sentence as the name.
// Read before: runner.h.
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTIONS_MAX = 32, TESTS_MAX = 1024, NAME_MAX_LENGTH = 160 };

static struct {
    const char *target;
    const char *stem;
    const char *filter; // a part of the names wanted, or NULL for all
    Suite *suite;
    int section_count;
    struct {
        const char *name;
        TCase *tcase;
        int limit_seconds; // the largest of its tests
    } sections[SECTIONS_MAX];
    int test_count;
    char names[TESTS_MAX][NAME_MAX_LENGTH];
    TTest tests[TESTS_MAX]; // Check keeps pointers to these
} all;

void suite_begin(const char *target, const char *stem)
{
    const char *filter = getenv("TEST");
    all.target = target;
    all.stem = stem;
    all.filter = filter != NULL && *filter != '\0' ? filter : NULL;
    all.suite =
        suite_create(strrchr(stem, '/') ? strrchr(stem, '/') + 1 : stem);
}

static void full_name(char name[NAME_MAX_LENGTH], const char *section,
                      const char *sentence)
{
    snprintf(name, NAME_MAX_LENGTH, "%s.%s.%s", all.target, section, sentence);
}

bool suite_wants(const char *section, const char *sentence)
{
    char name[NAME_MAX_LENGTH];
    full_name(name, section, sentence);
    return all.filter == NULL || strstr(name, all.filter) != NULL;
}

static TCase *section_of(const char *name, int limit_seconds)
{
    int i = 0;
    while (i < all.section_count && strcmp(all.sections[i].name, name) != 0) {
        i++;
    }
    if (i == SECTIONS_MAX) {
        fprintf(stderr, "suite.c: raise SECTIONS_MAX\n");
        exit(2);
    }
    if (i == all.section_count) {
        all.sections[i].name = name;
        all.sections[i].tcase = tcase_create(name);
        suite_add_tcase(all.suite, all.sections[i].tcase);
        all.section_count++;
    }
    if (limit_seconds > all.sections[i].limit_seconds) {
        all.sections[i].limit_seconds = limit_seconds;
        // Only a net under the runner's own limit, which says more.
        tcase_set_timeout(all.sections[i].tcase, limit_seconds + 30);
    }
    return all.sections[i].tcase;
}

bool suite_add(const char *section, const char *sentence, TFun run, int index,
               int limit_seconds)
{
    TTest *test = &all.tests[all.test_count];
    char *name = all.names[all.test_count];
    if (!suite_wants(section, sentence)) {
        return false;
    }
    if (all.test_count == TESTS_MAX) {
        fprintf(stderr, "suite.c: raise TESTS_MAX\n");
        exit(2);
    }
    full_name(name, section, sentence);
    *test = (TTest){name, run, __FILE__, __LINE__};
    _tcase_add_test(section_of(section, limit_seconds), test, 0, 0, index,
                    index + 1);
    all.test_count++;
    return true;
}

static void write_plan(void)
{
    char path[512];
    FILE *plan;
    snprintf(path, sizeof path, "%s.plan", all.stem);
    plan = fopen(path, "w");
    if (plan == NULL || fprintf(plan, "%d\n", all.test_count) < 0 ||
        fclose(plan) != 0) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(2);
    }
}

int suite_finish(void)
{
    SRunner *runner;
    char tap[512];
    char xml[512];
    int failed;
    write_plan(); // before the run: what does not finish is missed later
    if (all.test_count == 0) {
        return 0;
    }
    setenv("CK_MAX_MSG_SIZE", "65536", 1); // Check would break off at 8 KiB
    runner = srunner_create(all.suite);
    snprintf(tap, sizeof tap, "%s.tap", all.stem); // Check keeps the pointer
    srunner_set_tap(runner, tap);
    snprintf(xml, sizeof xml, "%s.xml", all.stem); // with each test's duration
    srunner_set_xml(runner, xml);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

int suite_main(int argc, char **argv, const char *section,
               const struct listed *tests)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s TARGET STEM\n", argv[0]);
        return 2;
    }
    unsetenv("MAKEFLAGS"); // what runs make anew shares no jobs with this one
    suite_begin(argv[1], argv[2]);
    for (; tests->sentence != NULL; tests++) {
        suite_add(section, tests->sentence, tests->run, 0,
                  tests->limit_seconds);
    }
    return suite_finish();
}
