// SPDX-License-Identifier: MIT
// main.c - the explorer's command line.
//
//   check [NAME]                explore all scenarios, or one
//   hunt                        the same, simplest executions first, until one is
//                               violated: its trace
//   mutants                     weaken each site in turn
//   report                      check and mutants, and the CPU time they took
//   replay NAME PATH            one execution, with its trace
//   list                        the scenarios, and the sites never reached
//
//   -d DEPTH                    so many more preemptions than by default
//   -l LEVEL                    hunt: no more preemptions than that (0 to 2)
//   -m MUTANT                   with this mutant in force: its name or number
//   -q, -v                      say less: no trace; say more
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "machine.h"

static unsigned depth, last_level = LAST_LEVEL;
static int quiet, verbose;
static const char *program, *mutant; // as they were given

static double seconds(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void show(const struct scenario *s, const struct result *result)
{
    printf("VIOLATED %s: %s\n", s->name, result->message);
    printf("again: %s", program);
    if (mutant != NULL) {
        printf(" -m '%s'", mutant);
    }
    printf(" replay %s %s\n", s->name, result->path);
    if (!quiet) {
        replay(s, result->path);
    }
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
        double begun = seconds(RUSAGE_SELF);
        explore(s, depth, &result);
        scenarios++;
        executions += result.executions;
        states += result.states;
        if (verbose) {
            printf("%-28s %9llu schedules %9llu states %6.2f s\n", s->name,
                   (unsigned long long)result.executions,
                   (unsigned long long)result.states,
                   seconds(RUSAGE_SELF) - begun);
        }
        if (result.violated) {
            failed = 1;
            show(s, &result);
        }
    }
    printf("scenarios %d schedules %llu states %llu\n", scenarios,
           (unsigned long long)executions, (unsigned long long)states);
    return failed || scenarios == 0;
}

static int hunt_one(void)
{
    struct result result;
    const struct scenario *s = hunt(depth, last_level, &result);
    if (s != NULL) {
        show(s, &result);
    }
    return s != NULL;
}

static int report(void)
{
    int failed = check(NULL);
    failed |= mutants_run(depth, verbose);
    printf("seconds %.1f\n", seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN));
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
        explore(s, depth, &result);
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
    if (strcmp(command, "hunt") == 0) {
        return hunt_one();
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
    fprintf(stderr, "usage: check | hunt | mutants | report | replay | list; "
                    "see tests/model/main.c\n");
    return 2;
}

int main(int argc, char **argv)
{
    int option;
    program = argv[0];
    setvbuf(stdout, NULL, _IOLBF, 0);
    coroutine_catch_crashes();
    while ((option = getopt(argc, argv, "d:l:m:qv")) != -1) {
        switch (option) {
        case 'd':
            depth = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'l':
            last_level = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'm':
            mutant = optarg;
            if (mutant_apply(mutant) != 0) {
                fprintf(stderr, "model: no mutant %s\n", mutant);
                return 2;
            }
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
