// SPDX-License-Identifier: MIT
// check_programs.c - runs the table programs.def and judges each run.
//
//   check_programs [-e] [-x] [-s] -d DIRECTORY TARGET STEM [LAUNCHER]
//   check_programs -e -l LOG TARGET STEM
//
//   -d  start DIRECTORY/<program>, by way of LAUNCHER when the processor is
//       another one
//   -l  read what the init of the boot test has printed (boot/init.c)
//   -e  the processor is emulated: fewer rounds, more patience
//   -x  leave out what exemptions.def names, and list it in STEM.exempt
//   -s  storms only, at full length
// Read before: table.h, runner.h.
#include "runner.h"
#include "boot/log.h"
#include "table.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LIMIT_SECONDS = 300,
    LIMIT_EMULATED_SECONDS = 600,
    LIMIT_SOAK_SECONDS = 4 * 3600,
};

static struct {
    bool emulated;
    bool exempting;
    bool soak;
    const char *directory;
    const char *launcher; // or NULL
    const char *log;      // or NULL
} option;

static const struct {
    const char *sentence;
    const char *why;
} exemptions[] = {
#define EXEMPT(sentence, why) {#sentence, why},
#include "exemptions.def"
#undef EXEMPT
    {NULL, NULL}, // keeps the list from being empty
};

static int limit_seconds(void)
{
    return option.soak       ? LIMIT_SOAK_SECONDS
           : option.emulated ? LIMIT_EMULATED_SECONDS
                             : LIMIT_SECONDS;
}

// ---- the judgement ----

// The seed that a storm printed on stderr, or "".
static const char *seed_of(const struct result *result)
{
    static char seed[24];
    const char *at = strstr(result->err.text, "seed ");
    seed[0] = '\0';
    if (at != NULL) {
        sscanf(at, "seed %23[0-9]", seed);
    }
    return seed;
}

static void judge(const struct run *run, const struct result *result,
                  const char *command)
{
    bool right;
    switch (run->outcome) {
    case BY_SIGNAL:
        right = !result->hung && WIFSIGNALED(result->status) &&
                WTERMSIG(result->status) == run->number;
        if (!right) {
            fail_with(result, command, "signal %d should have killed it",
                      run->number);
        }
        return;
    case BY_OUTPUT:
        right =
            exited_with(result, 0) && strcmp(result->out.text, run->text) == 0;
        if (!right) {
            fail_with(result, command, "it should print\n%sand exit with 0",
                      run->text);
        }
        return;
    case BY_EXIT:
        right = exited_with(result, run->number);
        if (!right) {
            fail_with(result, command, "it should exit with %d", run->number);
        }
        return;
    }
}

// ---- a run on this machine ----

static void start_and_judge(int index)
{
    static struct result result;
    const struct run *run = &runs[index];
    const char *argv[MAX_ARGUMENTS + 5] = {NULL};
    int count = 0;
    char path[512];
    char rounds[24];
    char command[1024] = "";
    size_t used = 0;
    if (option.launcher != NULL) {
        argv[count++] = option.launcher;
    }
    snprintf(path, sizeof path, "%s/%s", option.directory, run->program);
    argv[count++] = path;
    for (int i = 0; run->arguments[i] != NULL; i++) {
        argv[count++] = run->arguments[i];
    }
    if (is_storm(run)) {
        snprintf(rounds, sizeof rounds, "%ld",
                 rounds_of(run, option.soak, option.emulated));
        argv[count++] = rounds;
    }
    run_command(argv, limit_seconds(), &result);
    for (int i = 0; i < count && used < sizeof command; i++) {
        const char *quote = strchr(argv[i], ' ') != NULL ? "'" : "";
        used += (size_t)snprintf(command + used, sizeof command - used,
                                 "%s%s%s ", quote, argv[i], quote);
    }
    if (is_storm(run) && used < sizeof command) {
        snprintf(command + used, sizeof command - used, "%s", seed_of(&result));
    }
    judge(run, &result, command);
}

// ---- a run on the booted kernel ----

static void look_up_and_judge(int index)
{
    static struct result result;
    const struct run *run = &runs[index];
    char command[512];
    snprintf(command, sizeof command, "make boot-test TEST=%s", run->sentence);
    if (!log_find(option.log, run->sentence, &result)) {
        ck_abort_msg("no result in %s: the kernel did not come so far",
                     option.log);
    }
    judge(run, &result, command);
}

// ---- the list ----

static bool is_exempted(const struct run *run)
{
    for (int i = 0; exemptions[i].sentence != NULL; i++) {
        if (strcmp(exemptions[i].sentence, run->sentence) == 0) {
            return true;
        }
    }
    return false;
}

// Pure: no two runs share a sentence, and each exemption names one of them.
static void names_are_sound(int index)
{
    (void)index;
    for (int i = 0; i < RUN_COUNT; i++) {
        for (int j = 0; j < i; j++) {
            ck_assert_str_ne(runs[i].sentence, runs[j].sentence);
        }
    }
    for (int i = 0; exemptions[i].sentence != NULL; i++) {
        bool found = false;
        for (int j = 0; j < RUN_COUNT; j++) {
            found |= strcmp(exemptions[i].sentence, runs[j].sentence) == 0;
        }
        ck_assert_msg(found, "exemptions.def: no test is named %s",
                      exemptions[i].sentence);
        ck_assert_str_ne(exemptions[i].why, "");
    }
}

static void add_all(const char *stem)
{
    char path[512];
    FILE *exempt;
    snprintf(path, sizeof path, "%s.exempt", stem);
    exempt = fopen(path, "w");
    if (exempt == NULL) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(2);
    }
    for (int i = 0; i < RUN_COUNT; i++) {
        const struct run *run = &runs[i];
        if (option.soak && !is_storm(run)) {
            continue;
        }
        if (option.exempting && is_exempted(run)) {
            if (suite_wants(run->suite, run->sentence)) {
                fprintf(exempt, "%s.%s\n", run->suite, run->sentence);
            }
            continue;
        }
        suite_add(run->suite, run->sentence,
                  option.log != NULL ? look_up_and_judge : start_and_judge, i,
                  limit_seconds());
    }
    fclose(exempt);
    if (option.log != NULL || option.soak) {
        return;
    }
    suite_add("table", "names_are_unique_and_exemptions_name_a_test",
              names_are_sound, 0, 10);
}

int main(int argc, char **argv)
{
    int letter;
    while ((letter = getopt(argc, argv, "+exsd:l:")) != -1) {
        switch (letter) {
        case 'e':
            option.emulated = true;
            break;
        case 'x':
            option.exempting = true;
            break;
        case 's':
            option.soak = true;
            break;
        case 'd':
            option.directory = optarg;
            break;
        case 'l':
            option.log = optarg;
            break;
        default:
            return 2;
        }
    }
    if (argc - optind < 2 ||
        (option.directory == NULL) == (option.log == NULL)) {
        fprintf(stderr, "see the head of check_programs.c\n");
        return 2;
    }
    option.launcher = argv[optind + 2];
    suite_begin(argv[optind], argv[optind + 1]);
    add_all(argv[optind + 1]);
    return suite_finish();
}
