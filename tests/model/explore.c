// SPDX-License-Identifier: MIT
// explore.c - the search: every execution, each told by its choices.
//
// An execution makes choices: who goes on, which message a load returns, who is
// woken. The next execution repeats all but the last of them, takes another way
// there, and goes on with the first way everywhere; so all are taken in turn, and
// nothing has to be saved and restored. An execution ends early when it meets a
// state that was met before: what can come of it is explored already.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"

enum { MOST_CHOICES = 4000 };

static struct choice {
    uint8_t taken, count;
} path[MOST_CHOICES];
static unsigned length; // of the part to be repeated, then of the whole
static unsigned position;

int on_new_ground(void)
{
    return position == length;
}

unsigned choose(unsigned count)
{
    if (count == 0) {
        model_fail("the model has no way to go on");
    }
    if (count == 1) {
        return 0;
    }
    if (position == length) {
        if (length == MOST_CHOICES) {
            model_fail("no end in sight after %d choices", MOST_CHOICES);
        }
        path[length++] = (struct choice){0, (uint8_t)count};
    }
    if (path[position].taken >= count) {
        model_fail("this path belongs to another version of the sources");
    }
    return path[position++].taken;
}

unsigned model_choose(unsigned count)
{
    unsigned chosen = choose(count);
    remember(chosen);
    return chosen;
}

// To the next path. 0: there is none.
static int advance(void)
{
    while (length > 0 && path[length - 1].taken + 1 == path[length - 1].count) {
        length--;
    }
    if (length == 0) {
        return 0;
    }
    path[length - 1].taken++;
    return 1;
}

// ---- States that are known ----

static struct known {
    uint64_t key;
    uint32_t round; // of the search it belongs to; else it is empty
    struct spent spent;
} * table;
static uint64_t table_size, table_used;
static uint32_t search;

static struct known *find(uint64_t key)
{
    uint64_t i = key & (table_size - 1);
    while (table[i].round == search && table[i].key != key) {
        i = (i + 1) & (table_size - 1);
    }
    return &table[i];
}

static void enlarge(void)
{
    struct known *old = table;
    uint64_t old_size = table_size;
    table_size = old_size == 0 ? 1 << 16 : old_size * 4;
    table = calloc(table_size, sizeof *table);
    if (table == NULL) {
        fprintf(stderr, "model: no memory for %llu states\n",
                (unsigned long long)table_size);
        exit(2);
    }
    for (uint64_t i = 0; i < old_size; i++) {
        if (old[i].round == search) {
            *find(old[i].key) = old[i];
        }
    }
    free(old);
}

static int no_more(const struct spent *a, const struct spent *b)
{
    return a->preemptions <= b->preemptions && a->old_reads <= b->old_reads &&
           !(a->left_out & ~b->left_out);
}

int known_state(uint64_t key, const struct spent *spent)
{
    struct known *known = find(key);
    if (known->round != search) {
        *known = (struct known){key, search, *spent};
        if (++table_used > table_size / 2) {
            enlarge();
        }
        return 0;
    }
    if (no_more(&known->spent, spent)) {
        return 1;
    }
    if (no_more(spent, &known->spent)) {
        known->spent = *spent;
    }
    return 0;
}

// ---- The search ----

static void begin_search(void)
{
    if (table == NULL) {
        enlarge();
    }
    search++;
    table_used = 0;
    length = 0;
}

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

// A path as one word: the bounds, then a digit for each choice.
static void note_violation(struct result *result, const struct spent *bounds)
{
    result->violated = 1;
    snprintf(result->message, sizeof result->message, "%s", run_message());
    char *end = result->path + sizeof result->path - 1;
    char *at =
        result->path +
        sprintf(result->path, "%u,%u:", bounds->preemptions, bounds->old_reads);
    unsigned last = position;
    while (last > 0 && path[last - 1].taken == 0) {
        last--; // what is not said is 0
    }
    for (unsigned i = 0; i < last && at < end; i++) {
        *at++ = digits[path[i].taken];
    }
    *at = '\0';
}

// All executions within the bounds.
static void search_within(const struct scenario *scenario,
                          const struct spent *bounds, struct result *result)
{
    begin_search();
    do {
        position = 0;
        enum outcome outcome = run_once(scenario, bounds);
        result->executions++;
        if (outcome == VIOLATED) {
            note_violation(result, bounds);
        }
    } while (!result->violated && advance());
    result->states += table_used;
}

// What the scenario says must come of it, and did not.
static void check_expectations(const struct scenario *scenario,
                               struct result *result)
{
    const char *missing = outcomes_missing();
    if (scenario->violates != NULL) {
        int found = result->violated &&
                    strstr(result->message, scenario->violates) != NULL;
        if (!found && !result->violated) {
            snprintf(result->message, sizeof result->message,
                     "no violation was found: %s", scenario->violates);
        }
        result->violated = !found;
    } else if (!result->violated && missing != NULL) {
        result->violated = 1;
        snprintf(result->message, sizeof result->message,
                 "the outcome %s never came", missing);
    }
}

static unsigned bound(unsigned given, unsigned depth)
{
    unsigned limit = (given == NONE ? 0 : given) + depth;
    return given == 0 || limit > UINT8_MAX ? UINT8_MAX : limit;
}

// The simplest first: what goes wrong with few switches is easier to read, and
// found sooner. Levels 0 to 2 are so many preemptions, the last is all that the
// scenario has beyond.
static void search_level(const struct scenario *scenario, unsigned depth,
                         unsigned level, struct result *result)
{
    const unsigned preemptions = bound(scenario->preemptions, depth);
    const unsigned old_reads = bound(scenario->old_reads, depth);
    struct spent bounds = {(uint8_t)preemptions, (uint8_t)old_reads, 0};
    if (level == LAST_LEVEL ? preemptions < LAST_LEVEL : preemptions < level) {
        return; // an earlier level had it all
    }
    if (level < LAST_LEVEL && level < preemptions) {
        bounds.preemptions = (uint8_t)level;
        bounds.old_reads = (uint8_t)(level < old_reads ? level : old_reads);
    }
    search_within(scenario, &bounds, result);
}

void explore(const struct scenario *scenario, unsigned depth,
             struct result *result)
{
    *result = (struct result){0};
    outcomes_begin(scenario);
    for (unsigned level = 0; level <= LAST_LEVEL && !result->violated;
         level++) {
        search_level(scenario, depth, level, result);
    }
    check_expectations(scenario, result);
}

const struct scenario *hunt(unsigned depth, unsigned last_level,
                            struct result *result)
{
    for (unsigned level = 0; level <= last_level; level++) {
        for (const struct scenario *s = model_scenarios; s->name != NULL; s++) {
            *result = (struct result){0};
            outcomes_begin(s);
            search_level(s, depth, level, result);
            if (result->violated) {
                return s;
            }
        }
    }
    return NULL;
}

int replay(const struct scenario *scenario, const char *choices)
{
    begin_search();
    unsigned preemptions = UINT8_MAX, old_reads = UINT8_MAX;
    sscanf(choices, "%u,%u", &preemptions, &old_reads);
    const struct spent bounds = {(uint8_t)preemptions, (uint8_t)old_reads, 0};
    const char *colon = strchr(choices, ':');
    choices = colon != NULL ? colon + 1 : "";
    for (; choices[length] != '\0' && length < MOST_CHOICES; length++) {
        const char *digit = strchr(digits, choices[length]);
        if (digit == NULL) {
            return 0;
        }
        path[length] = (struct choice){(uint8_t)(digit - digits), UINT8_MAX};
    }
    position = 0;
    outcomes_begin(scenario);
    model_tracing = 1;
    enum outcome outcome = run_once(scenario, &bounds);
    model_tracing = 0;
    trace_print(scenario, outcome == VIOLATED ? run_message() : "");
    return outcome == VIOLATED;
}
