// SPDX-License-Identifier: MIT
// check_tsan.c - the primitives under ThreadSanitizer.
//
// Silence is worth something only where it would have shouted: so each use of an
// ordered atomic is relaxed in its turn, and has to be reported as a race.
// Read before: runner.h, tsan/README.md.
#include "runner.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT = 300, RUN_LIMIT = 60, RACE = 66, PLACES_MAX = 40, RUNS = 20 };

#define OPTIONS "TSAN_OPTIONS='halt_on_error=1 exitcode=66'"

// The programs of tsan/, of which files the places count, and the tests' names.
static const struct program {
    const char *name;
    const char *files; // for grep -E
    const char *silent, *shouts;
} programs[] = {
#define PROGRAM(name, files)                                                   \
    {                                                                          \
#name, files, "the_" #name "_is_silent",                               \
            "each_weakened_order_of_the_" #name "_is_a_race"                   \
    }
    PROGRAM(lock, "/lock\\.c"),
    PROGRAM(mutex, "/mutex\\.[ch]"),
    PROGRAM(spin, "/mutex\\.h"),
    PROGRAM(sem, "/sem\\.[ch]"),
    PROGRAM(cond, "/cond[a-z_]*\\."),
    PROGRAM(rwlock, "/rwlock\\.[ch]"),
    PROGRAM(barrier, "/barrier\\.c"),
    PROGRAM(once, "/once\\.[ch]"),
    PROGRAM(owned, "/(owned|owned_pi|robust|futex_pi)\\.[ch]"),
#undef PROGRAM
};

static const struct unseen {
    const char *file;
    const char *text; // of the line
    const char *why;
} unseen[] = {
#define UNSEEN(file, text, why) {file, text, why},
#include "tsan/unseen.def"
#undef UNSEEN
    {NULL, NULL, NULL},
};

static void build(const char *name)
{
    must_run(LIMIT, "make -s -f tests/tsan/tsan.mk build/tsan/%s", name);
}

static void is_silent(int index)
{
    const char *name = programs[index].name;
    build(name);
    must_run(RUN_LIMIT, OPTIONS " build/tsan/%s", name);
}

// Keeps what must_run said beyond the next call.
static void keep(char *text, size_t size, const struct result *result)
{
    size_t length = strlen(result->out.text);
    ck_assert_uint_lt(length, size);
    memcpy(text, result->out.text, length + 1);
}

// Whether the line at "file:line" is one of those that ThreadSanitizer does not
// see, for the reason given there.
static bool is_unseen(const char *place)
{
    char line[512];
    const char *colon = strchr(place, ':');
    size_t length = (size_t)(colon - place);
    keep(line, sizeof line,
         must_run(RUN_LIMIT, "sed -n '%sp' '%.*s'", colon + 1, (int)length,
                  place));
    for (const struct unseen *u = unseen; u->file != NULL; u++) {
        if (strlen(u->file) == length && strncmp(u->file, place, length) == 0 &&
            strstr(line, u->text) != NULL) {
            return true;
        }
    }
    return false;
}

static void shouts(int index)
{
    const struct program *program = &programs[index];
    char places[PLACES_MAX][80];
    int count = 0;
    build(program->name);
    char list[PLACES_MAX * 80];
    keep(list, sizeof list,
         must_run(RUN_LIMIT, "WEAK=list build/tsan/%s | grep -E '%s'",
                  program->name, program->files));
    for (char *at = strtok(list, "\n"); at != NULL; at = strtok(NULL, "\n")) {
        ck_assert_int_lt(count, PLACES_MAX);
        snprintf(places[count++], sizeof places[0], "%s", at);
    }
    ck_assert_int_gt(count, 0);
    for (int i = 0; i < count; i++) {
        if (is_unseen(places[i])) {
            continue;
        }
        // A race is seen in a run whose threads meet; most do.
        const struct result *result = NULL;
        for (int run = 0; run < RUNS; run++) {
            result = try_run(RUN_LIMIT, OPTIONS " WEAK=%s build/tsan/%s",
                             places[i], program->name);
            if (exited_with(result, RACE)) {
                break;
            }
        }
        if (!exited_with(result, RACE)) {
            fail_with(result, program->name,
                      "no race in any run although %s was relaxed; "
                      "repeat: WEAK=%s",
                      places[i], places[i]);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "check_tsan TARGET STEM\n");
        return 2;
    }
    suite_begin(argv[1], argv[2]);
    for (int i = 0; i < (int)(sizeof programs / sizeof programs[0]); i++) {
        suite_add("tsan", programs[i].silent, is_silent, i, LIMIT);
        suite_add("tsan", programs[i].shouts, shouts, i, LIMIT);
    }
    return suite_finish();
}
