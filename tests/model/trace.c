// SPDX-License-Identifier: MIT
// trace.c - what happened in one execution, a column for each thread.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"

int model_tracing;

enum { EVENTS = 4096, TEXT = 128, NAMES = 32 };

static struct event {
    unsigned thread;
    char text[TEXT];
    char where[32]; // file:line
} * events;
static unsigned event_count;

static struct name {
    uintptr_t start, end;
    const char *name;
} names[NAMES];
static unsigned name_count;

void trace_reset(void)
{
    name_count = 0;
    event_count = 0;
    if (events == NULL) {
        events = calloc(EVENTS, sizeof *events);
    }
}

const char *model_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

char trace_letter(unsigned thread)
{
    return thread < MODEL_THREADS ? (char)('A' + thread) : '-';
}

void model_name(const void *memory, size_t size, const char *name)
{
    if (name_count < NAMES) {
        names[name_count++] =
            (struct name){(uintptr_t)memory, (uintptr_t)memory + size, name};
    }
}

static const char *name_of(uintptr_t address)
{
    for (unsigned i = 0; i < name_count; i++) {
        if (address >= names[i].start && address < names[i].end) {
            return names[i].name;
        }
    }
    return NULL;
}

// Texts of which a few are needed at a time.
static char *scratch(void)
{
    static char buffers[8][TEXT];
    static unsigned next;
    return buffers[next++ % 8];
}

const char *trace_value(uint64_t value)
{
    if (!model_tracing) {
        return "";
    }
    char *text = scratch();
    int negative =
        (int32_t)value < 0 && (int32_t)value > -100 && value <= UINT32_MAX;
    if (negative) {
        snprintf(text, TEXT, "%d", (int32_t)value);
    } else if (value < 10000) {
        snprintf(text, TEXT, "%u", (unsigned)value);
    } else {
        snprintf(text, TEXT, "0x%llx", (unsigned long long)value);
    }
    return text;
}

const char *trace_memory(uintptr_t address)
{
    const char *name = name_of(address);
    char *text = scratch();
    uintptr_t offset = address - (uintptr_t)model_stacks;
    if (name != NULL) {
        snprintf(text, TEXT, "%s", name);
    } else if (offset < sizeof model_stacks) {
        snprintf(text, TEXT, "the stack of %c",
                 trace_letter((unsigned)(offset / STACK_SIZE)));
    } else {
        snprintf(text, TEXT, "memory at %#llx", (unsigned long long)address);
    }
    return text;
}

// The word as the source has it, or the object it lies in if that has a name.
const char *trace_word(const struct model_site *site, const void *word)
{
    const char *text = site->word + (site->word[0] == '&');
    const char *name = model_tracing ? name_of((uintptr_t)word) : NULL;
    if (name == NULL) {
        return text;
    }
    const char *member = strstr(text, "->");
    char *both = scratch();
    snprintf(both, TEXT, "%s%s%s", name, member ? "." : "",
             member ? member + 2 : "");
    return both;
}

static void add(const struct model_site *site, const char *format,
                va_list arguments)
{
    // What setup and finish do belongs to no thread.
    if (!model_tracing || event_count == EVENTS || model_current == ALONE) {
        return;
    }
    struct event *event = &events[event_count++];
    event->thread = model_current;
    event->where[0] = '\0';
    vsnprintf(event->text, sizeof event->text, format, arguments);
    if (site != NULL) {
        snprintf(event->where, sizeof event->where, "%s:%d",
                 model_base(site->file), site->line);
    }
}

void trace_event(const struct model_site *site, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(site, format, arguments);
    va_end(arguments);
}

void model_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(NULL, format, arguments);
    va_end(arguments);
}

// ---- Printing ----

static void print_event(const struct event *event, unsigned number,
                        unsigned columns, int width)
{
    const char *text = event->text;
    size_t left = strlen(text);
    unsigned column = event->thread < columns ? event->thread : 0;
    for (int line = 0; left > 0; line++) {
        size_t take = left;
        if (take > (size_t)width - 2) {
            take = (size_t)width - 2;
            while (take > 1 && text[take] != ' ') {
                take--;
            }
        }
        if (line == 0) {
            printf("%4u  %-20s", number, event->where);
        } else {
            printf("%4s  %-20s", "", "");
        }
        printf("%*s%s%.*s\n", (int)column * width, "", line ? "  " : "",
               (int)take, text);
        text += take;
        left -= take;
        while (left > 0 && *text == ' ') {
            text++;
            left--;
        }
    }
}

void trace_print(const struct scenario *scenario, const char *end)
{
    unsigned columns = 0;
    for (unsigned i = 0; i < event_count; i++) {
        unsigned thread = events[i].thread;
        if (thread < MODEL_THREADS && thread >= columns) {
            columns = thread + 1;
        }
    }
    int width = columns < 3 ? 34 : columns == 3 ? 28 : 24;
    printf("%s: %s\n%4s  %-20s", scenario->name, scenario->proves, "step",
           "where");
    for (unsigned i = 0; i < columns; i++) {
        printf("%-*c", i + 1 < columns ? width : 1, trace_letter(i));
    }
    printf("\n");
    for (unsigned i = 0; i < event_count; i++) {
        print_event(&events[i], i + 1, columns, width);
    }
    printf("%s\n", end[0] ? end : "ends well");
}
