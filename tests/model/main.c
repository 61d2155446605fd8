// SPDX-License-Identifier: MIT
// main.c - the explorer's command line.
//
//   check [NAME]                explore all scenarios, or one
//   mutants                     weaken each site in turn
//   report                      both, and how long it took
//   replay NAME PATH            one execution, with its trace
//   list                        the scenarios, and the sites never reached
//
//   -d DEPTH                    so many more preemptions than by default
//   -m NUMBER                   with this mutant in force
//   -q, -v                      say less: no trace; say more
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "machine.h"

static unsigned depth;
static int quiet, verbose;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int check(const char *only)
{
    int failed = 0, scenarios = 0;
    uint64_t executions = 0, states = 0;
    for (const struct scenario *s = model_scenarios; s->name != NULL; s++) {
        if (only != NULL && strcmp(only, s->name) != 0) {
            continue;
        }
        struct result result;
        double begun = seconds();
        explore(s, depth, 0, &result);
        scenarios++;
        executions += result.executions;
        states += result.states;
        if (verbose) {
            printf("%-28s %9llu schedules %9llu states %6.2f s\n", s->name,
                   (unsigned long long)result.executions,
                   (unsigned long long)result.states, seconds() - begun);
        }
        if (result.violated) {
            failed = 1;
            printf("VIOLATED %s: %s\n", s->name, result.message);
            printf("replay %s %s\n", s->name, result.path);
            if (quiet) {
                return 1;
            }
            replay(s, result.path);
        }
    }
    printf("scenarios %d schedules %llu states %llu\n", scenarios,
           (unsigned long long)executions, (unsigned long long)states);
    return failed || scenarios == 0;
}

static int report(void)
{
    double begun = seconds();
    int failed = check(NULL);
    failed |= mutants_run(depth, verbose);
    printf("seconds %.1f\n", seconds() - begun);
    return failed;
}

static const struct scenario *find(const char *name)
{
    for (const struct scenario *s = model_scenarios; s->name != NULL; s++) {
        if (strcmp(s->name, name) == 0) {
            return s;
        }
    }
    fprintf(stderr, "model: no scenario %s\n", name);
    exit(2);
}

static int list(void)
{
    for (const struct scenario *s = model_scenarios; s->name != NULL; s++) {
        struct result result;
        explore(s, depth, 0, &result);
        printf("%-28s %s\n", s->name, s->proves);
    }
    for (struct model_site *s = __start_model_sites; s < __stop_model_sites;
         s++) {
        if (!s->reached) {
            printf("never reached: %s:%d %s %s\n", model_base(s->file), s->line,
                   s->operation, s->word);
        }
    }
    return 0;
}

static int run(const char *command, const char *name, const char *path)
{
    if (strcmp(command, "check") == 0) {
        return check(name);
    }
    if (strcmp(command, "mutants") == 0) {
        return mutants_run(depth, verbose);
    }
    if (strcmp(command, "report") == 0) {
        return report();
    }
    if (strcmp(command, "replay") == 0 && name != NULL) {
        return replay(find(name), path != NULL ? path : "");
    }
    if (strcmp(command, "list") == 0) {
        return list();
    }
    fprintf(stderr, "usage: check | mutants | report | replay | list; see "
                    "tests/model/main.c\n");
    return 2;
}

int main(int argc, char **argv)
{
    int option;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while ((option = getopt(argc, argv, "d:m:qv")) != -1) {
        switch (option) {
        case 'd':
            depth = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'm':
            mutant_apply((unsigned)strtoul(optarg, NULL, 10));
            break;
        case 'q':
            quiet = 1;
            break;
        default:
            verbose = 1;
        }
    }
    char **words = argv + optind;
    int count = argc - optind;
    return run(count > 0 ? words[0] : "", count > 1 ? words[1] : NULL,
               count > 2 ? words[2] : NULL);
}
