// SPDX-License-Identifier: MIT
// log.c - reads what init has printed.
//
// Read before: log.h.
#include "log.h"
#include "../runner.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_LENGTH = 1024 };

// What stands behind the mark, or NULL where the line has another one.
static const char *after(const char *line, const char *mark)
{
    size_t length = strlen(mark);
    return strncmp(line, mark, length) == 0 ? line + length : NULL;
}

static void append_decoded(struct captured *to, const char *from)
{
    while (*from != '\0' && to->length < OUTPUT_MAX) {
        unsigned byte = (unsigned char)*from++;
        if (byte == '\\' && sscanf(from, "%2x", &byte) == 1) {
            from += 2;
        }
        to->text[to->length++] = (char)byte;
    }
}

// Reads on from the beginning of a run to its end.
static void read_run(FILE *log, struct result *result)
{
    char line[LINE_MAX_LENGTH];
    result->hung = true; // until its end is read
    while (fgets(line, sizeof line, log) != NULL) {
        const char *rest;
        int hung;
        line[strcspn(line, "\r\n")] = '\0';
        if ((rest = after(line, LOG_OUT)) != NULL) {
            append_decoded(&result->out, rest);
        } else if ((rest = after(line, LOG_ERR)) != NULL) {
            append_decoded(&result->err, rest);
        } else if ((rest = after(line, LOG_END)) != NULL) {
            if (sscanf(rest, "%d %d", &result->status, &hung) == 2) {
                result->hung = hung != 0;
            }
            return;
        }
    }
}

bool log_find(const char *path, const char *sentence, struct result *result)
{
    char line[LINE_MAX_LENGTH];
    bool found = false;
    FILE *log = fopen(path, "r");
    memset(result, 0, sizeof *result);
    while (log != NULL && !found && fgets(line, sizeof line, log) != NULL) {
        const char *name = after(line, LOG_RUN);
        line[strcspn(line, "\r\n")] = '\0';
        if (name != NULL && strcmp(name, sentence) == 0) {
            read_run(log, result);
            found = true;
        }
    }
    if (log != NULL) {
        fclose(log);
    }
    return found;
}
