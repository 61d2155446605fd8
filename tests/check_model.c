// SPDX-License-Identifier: MIT
// check_model.c - the explorer: every interleaving of each primitive holds, and
// every mutant of it is found out. And the explorer's own promises: that it fails
// when something is wrong, and that a violation can be had again.
// Read before: runner.h, model/README.md.
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 900 };

#define MAKE_MODEL "make -s -f tests/model/model.mk "

static const struct {
    const char *name, *sentence;
} primitives[] = {
#define PRIMITIVE(name)                                                        \
    {                                                                          \
#name, "the_" #name "_holds_and_its_mutants_are_found_out"             \
    }
    PRIMITIVE(litmus),     PRIMITIVE(machine),     PRIMITIVE(signals),
    PRIMITIVE(lock),       PRIMITIVE(lock_shared), PRIMITIVE(mutex),
    PRIMITIVE(owned),      PRIMITIVE(sem),         PRIMITIVE(cond),
    PRIMITIVE(cond_freed), PRIMITIVE(cond_shared), PRIMITIVE(rwlock),
    PRIMITIVE(barrier),    PRIMITIVE(once),        PRIMITIVE(spin),
    PRIMITIVE(request),    PRIMITIVE(life),        PRIMITIVE(recycle),
    PRIMITIVE(handle),     PRIMITIVE(everyone),
#undef PRIMITIVE
};
enum { PRIMITIVES = sizeof primitives / sizeof primitives[0] };

static void holds(int index)
{
    must_run(LIMIT,
             MAKE_MODEL "build/model/%s.report && tests/model/summary.sh %s",
             primitives[index].name, primitives[index].name);
}

static void all_primitives_are_tested_here(int unused)
{
    (void)unused;
    const struct result *result =
        must_run(LIMIT, "sed -n '/^MODEL_PRIMITIVES/,/[^\\\\]$/p' "
                        "tests/model/model.mk | tr -d '\\\\\\n'");
    int count = -2; // the words before the first
    for (char *at = strtok((char *)result->out.text, " "); at != NULL;
         at = strtok(NULL, " ")) {
        count++;
    }
    ck_assert_int_eq(count, PRIMITIVES);
}

// A mutant in force is what a mistake in the sources would be.
static void a_violation_fails_and_replays_from_its_number(int unused)
{
    (void)unused;
    must_run(LIMIT, MAKE_MODEL "build/model/mutex");
    const struct result *result = try_run(
        LIMIT, "build/model/mutex -q -m 'mutex.c weft__mutex_unlock_in: wake "
               "word left out' check two_take_turns");
    if (!exited_with(result, 1) ||
        strstr(result->out.text, "VIOLATED two_take_turns: nobody can go on") ==
            NULL) {
        fail_with(result, "check", "a wake that is left out was not found");
    }
    char again[1024];
    const char *line = strstr(result->out.text, "again: ");
    ck_assert_ptr_nonnull(line);
    snprintf(again, sizeof again, "%.*s", (int)strcspn(line + 7, "\n"),
             line + 7);
    result = try_run(LIMIT, "%s", again);
    if (!exited_with(result, 1) ||
        strstr(result->out.text, "nobody can go on: B sleeps\n") == NULL ||
        strstr(result->out.text, "mutex.c:") == NULL) {
        fail_with(result, again, "the replay ended otherwise");
    }
}

// $SCRATCH/list: a change that does no harm, under a name of our choice.
static const struct result *explore_harmless(const char *primitive,
                                             const char *name)
{
    return try_run(LIMIT,
                   "mkdir -p $SCRATCH && { echo '== %s %s'; "
                   "echo '# changes nothing'; echo src/%s.c; "
                   "echo '- #include \"futex.h\"'; "
                   "echo '+ #include \"futex.h\"'; } > $SCRATCH/list && "
                   "PATCHES=$SCRATCH/list tests/model/patches.sh %s 0",
                   primitive, name, primitive, primitive);
}

static void a_mutant_that_survives_unexplained_fails(int unused)
{
    (void)unused;
    const struct result *result = explore_harmless("once", "harmless");
    if (!exited_with(result, 1) ||
        strstr(result->out.text, "SURVIVES  harmless") == NULL) {
        fail_with(result, "patches.sh", "it was not reported");
    }
}

static void an_explained_mutant_that_survives_does_not(int unused)
{
    (void)unused;
    const struct result *result =
        explore_harmless("mutex", "gives_up_on_a_free_lock");
    if (!exited_with(result, 0) ||
        strstr(result->out.text, "killed 0 equivalent 1") == NULL) {
        fail_with(result, "patches.sh", "it was not excused");
    }
}

static void more_depth_explores_more(int unused)
{
    (void)unused;
    must_run(LIMIT, MAKE_MODEL "build/model/spin && "
                               "deeper() { build/model/spin -d $1 check | "
                               "awk '{ print $4 }'; } && "
                               "test $(deeper 0) -lt $(deeper 1)");
}

static void traces_in_the_tour_are_the_explorers(int unused)
{
    (void)unused;
    must_run(LIMIT, "tests/model/tour.py src/README.md tests/model/README.md");
}

static const struct listed others[] = {
    {"all_primitives_are_tested_here", all_primitives_are_tested_here, LIMIT},
    {"a_violation_fails_and_replays_from_its_number",
     a_violation_fails_and_replays_from_its_number, LIMIT},
    {"a_mutant_that_survives_unexplained_fails",
     a_mutant_that_survives_unexplained_fails, LIMIT},
    {"an_explained_mutant_that_survives_does_not",
     an_explained_mutant_that_survives_does_not, LIMIT},
    {"more_depth_explores_more", more_depth_explores_more, LIMIT},
    {"traces_in_the_tour_are_the_explorers",
     traces_in_the_tour_are_the_explorers, LIMIT},
};

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "check_model TARGET STEM\n");
        return 2;
    }
    unsetenv("MAKEFLAGS"); // what the tests make shares no jobs with this one
    suite_begin(argv[1], argv[2]);
    for (int i = 0; i < PRIMITIVES; i++) {
        suite_add("model", primitives[i].sentence, holds, i, LIMIT);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        suite_add("model", others[i].sentence, others[i].run, 0, LIMIT);
    }
    return suite_finish();
}
