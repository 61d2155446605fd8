// SPDX-License-Identifier: MIT
// mutant.c - the explorer's own test: each order weakened, each wake left out.
//
// A mutant is one site of the sources with one thing wrong. Some scenario must
// find it out, or the list of equivalents (equivalent.def) must say why the
// program is right even so. Mutants that no weakened site can express are patches
// of the source text: patches.def.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "machine.h"

struct mutant {
    struct model_site *site;
    enum order order, failure; // in force
    int skipped;
    char name[160];
    const char *reason; // why it is equivalent, or NULL
    int killed;
    char verdict[600];
};

enum { MOST = 256 };
static struct mutant mutants[MOST];
static unsigned count;

static const struct {
    const char *name, *reason;
} equivalents[] = {
#define EQUIVALENT(NAME, REASON) {NAME, REASON},
#include "equivalent.def"
    {NULL, NULL},
};

const char *order_name(enum order order)
{
    static const char *const names[] = {"relaxed", "acquire", "release",
                                        "acq_rel", "seq_cst"};
    return names[order];
}

static int same_place(const struct model_site *a, const struct model_site *b)
{
    return a->line == b->line && strcmp(a->file, b->file) == 0 &&
           strcmp(a->operation, b->operation) == 0 &&
           strcmp(a->word, b->word) == 0;
}

// An inline function's sites are there once for each file that includes it.
static int is_first_of_place(const struct model_site *site)
{
    for (struct model_site *s = __start_model_sites; s < site; s++) {
        if (same_place(s, site)) {
            return 0;
        }
    }
    return 1;
}

// How many places above this one look the same but for the line.
static unsigned namesakes_above(const struct model_site *site)
{
    unsigned above = 0;
    for (struct model_site *s = __start_model_sites; s < __stop_model_sites;
         s++) {
        above += s->line < site->line && strcmp(s->file, site->file) == 0 &&
                 strcmp(s->function, site->function) == 0 &&
                 strcmp(s->operation, site->operation) == 0 &&
                 strcmp(s->word, site->word) == 0 && is_first_of_place(s);
    }
    return above;
}

static void add(struct model_site *site, enum order order, enum order failure,
                int skipped, const char *what)
{
    struct mutant *m = &mutants[count];
    if (count == MOST) {
        fprintf(stderr, "model: more than %d mutants\n", MOST);
        exit(2);
    }
    count++;
    char number[16] = "";
    unsigned above = namesakes_above(site);
    if (above > 0) {
        snprintf(number, sizeof number, "#%u", above + 1);
    }
    *m = (struct mutant){
        .site = site, .order = order, .failure = failure, .skipped = skipped};
    snprintf(m->name, sizeof m->name, "%s %s: %s%s %s %s",
             model_base(site->file), site->function, site->operation, number,
             site->word + (site->word[0] == '&'), what);
    for (size_t i = 0; equivalents[i].name != NULL; i++) {
        if (strcmp(equivalents[i].name, m->name) == 0) {
            m->reason = equivalents[i].reason;
        }
    }
}

static void add_weaker(struct model_site *s)
{
    switch (s->order) {
    case RELAXED:
        break;
    case ACQ_REL:
        add(s, ACQUIRE, s->failure, 0, "acquire only");
        add(s, RELEASE, s->failure, 0, "release only");
        break;
    case SEQ_CST:
        if (s->kind == FENCE) {
            add(s, RELAXED, RELAXED, 0, "left out");
            add(s, ACQ_REL, RELAXED, 0, "acq_rel only");
        } else {
            add(s, ACQ_REL, s->failure, 0, "not seq_cst");
        }
        break;
    default:
        add(s, RELAXED, s->failure, 0, "relaxed");
        break;
    }
    if (s->kind == CAS && s->failure != RELAXED) {
        add(s, s->order, RELAXED, 0, "relaxed when it fails");
    }
}

// Whether the file that a text begins with is one of model_sources.
static int is_source(const char *text)
{
    size_t length = strcspn(text, " ");
    for (const char *at = model_sources; *at != '\0'; at += *at == ' ') {
        size_t size = strcspn(at, " ");
        if (size == length && strncmp(at, text, size) == 0) {
            return 1;
        }
        at += size;
    }
    return 0;
}

static void collect(void)
{
    count = 0;
    for (struct model_site *s = __start_model_sites; s < __stop_model_sites;
         s++) {
        if (!is_source(model_base(s->file)) || !is_first_of_place(s)) {
            continue;
        }
        if (s->kind == WAKE) {
            add(s, RELAXED, RELAXED, 1, "left out");
        } else if (s->kind != WAIT) {
            add_weaker(s);
        }
    }
}

static void apply(const struct mutant *m)
{
    for (struct model_site *s = __start_model_sites; s < __stop_model_sites;
         s++) {
        if (same_place(s, m->site)) {
            s->order_now = m->order;
            s->failure_now = m->failure;
            s->skipped = m->skipped;
        }
    }
}

int mutant_apply(const char *name)
{
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    if (*end != '\0' || end == name) {
        number = MOST; // it is none
    }
    collect();
    for (unsigned i = 0; i < count; i++) {
        if (i == number || strcmp(mutants[i].name, name) == 0) {
            apply(&mutants[i]);
            return 0;
        }
    }
    return 1;
}

// In a process of its own: a mutant may never come back. Says by its end whether
// a scenario has found it out.
enum { UNHARMED = 0, FOUND_OUT = 3, LIMIT = 300 };

_Noreturn static void try_it(const struct mutant *m, unsigned depth, int out)
{
    struct rlimit limit = {LIMIT, LIMIT}; // seconds of CPU time
    struct result result;
    if (depth == 0) { // else it may take a night
        setrlimit(RLIMIT_CPU, &limit);
    }
    apply(m);
    // An excused one takes the whole of a search, so by default it is a small one.
    unsigned last = m->reason != NULL && depth == 0 ? 1 : LAST_LEVEL;
    const struct scenario *s = hunt(depth, last, &result);
    if (s != NULL) {
        dprintf(out, "%s: %s; replay %s", s->name, result.message, result.path);
        _exit(FOUND_OUT);
    }
    _exit(UNHARMED);
}

// Returns nonzero when it ended neither way.
static int judge(struct mutant *m, unsigned depth)
{
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) {
        abort();
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        try_it(m, depth, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    ssize_t got = read(pipe_ends[0], m->verdict, sizeof m->verdict - 1);
    m->verdict[got > 0 ? got : 0] = '\0';
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    m->killed = WIFEXITED(status) && WEXITSTATUS(status) == FOUND_OUT;
    return !m->killed && status != 0;
}

// What is to be said of one mutant. Nonzero: it must not be so.
static int report_one(unsigned number, int lost, int verbose)
{
    const struct mutant *m = &mutants[number];
    int excused = m->reason != NULL;
    if (lost || m->killed == excused) {
        printf("%s  %s\n        %s\n",
               lost      ? "NO VERDICT"
               : excused ? "WRONGLY EXCUSED"
                         : "SURVIVES",
               m->name, m->verdict);
        return 1;
    }
    if (verbose) {
        printf("%s  -m %u %s\n        %s\n", excused ? "equal" : "killed",
               number, m->name, excused ? m->reason : m->verdict);
    }
    return 0;
}

// Excuses for mutants that are there no more.
static int useless_excuses(void)
{
    int found = 0;
    for (size_t e = 0; equivalents[e].name != NULL; e++) {
        unsigned i = 0;
        while (i < count && strcmp(mutants[i].name, equivalents[e].name) != 0) {
            i++;
        }
        if (i == count && is_source(equivalents[e].name)) {
            printf("NO SUCH MUTANT  %s\n", equivalents[e].name);
            found = 1;
        }
    }
    return found;
}

int mutants_run(unsigned depth, int verbose)
{
    int wrong = 0;
    unsigned killed = 0, excused = 0;
    collect();
    for (unsigned i = 0; i < count; i++) {
        int lost = judge(&mutants[i], depth);
        wrong |= report_one(i, lost, verbose);
        killed += mutants[i].killed != 0;
        excused += !mutants[i].killed && mutants[i].reason != NULL;
    }
    printf("mutants %u killed %u equivalent %u\n", count, killed, excused);
    return wrong | useless_excuses();
}
