// SPDX-License-Identifier: MIT
// names.h - odd file names, in the two ways sha256sum prints them.
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>

bool text_equal(const char *a, const char *b);
size_t text_length(const char *text);
bool text_has(const char *text, char c);

// In a result: backslash, newline and carriage return as \\, \n and \r. Such a
// line begins with a backslash, which is the caller's to print.
bool needs_escape(const char *name);
void print_escaped(const char *name);

// In a message: as a shell would have to be given it, quoted if need be.
void say_quoted(const char *name);

#endif
