// SPDX-License-Identifier: MIT
// outcome.c - which outcomes an explorer's own test has had, against its list.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "machine.h"

enum { MOST = 64 };
static char listed[MOST][32];
static int seen[MOST];
static unsigned count;

void outcomes_begin(const struct scenario *scenario)
{
    count = 0;
    if (scenario->outcomes == NULL) {
        return;
    }
    const char *at = scenario->outcomes;
    int length;
    while (count < MOST && sscanf(at, "%31s%n", listed[count], &length) == 1) {
        seen[count++] = 0;
        at += length;
    }
}

void model_outcome(const char *format, ...)
{
    char text[32];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(listed[i], text) == 0) {
            seen[i] = 1;
            return;
        }
    }
    model_fail("the outcome %s is not allowed", text);
}

const char *outcomes_missing(void)
{
    for (unsigned i = 0; i < count; i++) {
        if (!seen[i]) {
            return listed[i];
        }
    }
    return NULL;
}
