// SPDX-License-Identifier: MIT
// manifest.c - see manifest.h.
//
// What counts as properly formatted was found by giving sha256sum -c all sorts of
// lines; tests/check_fwsum.c compares the two on random ones.
#include "manifest.h"
#include "sys.h"

// What of a line is still to be read.
struct cursor {
    char *at;
    char *end; // *end is '\0'
};

static void skip_blanks(struct cursor *c)
{
    while (*c->at == ' ' || *c->at == '\t') {
        c->at++;
    }
}

static bool skip_text(struct cursor *c, const char *text)
{
    char *at = c->at;

    for (; *text != '\0'; text++, at++) {
        if (*at != *text) {
            return false;
        }
    }
    c->at = at;
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_digest(struct cursor *c, uint8_t digest[SHA256_SIZE])
{
    if (c->end - c->at < 2 * SHA256_SIZE) {
        return false;
    }
    for (int i = 0; i < SHA256_SIZE; i++, c->at += 2) {
        int high = hex_value(c->at[0]), low = hex_value(c->at[1]);
        if (high < 0 || low < 0) {
            return false;
        }
        digest[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

// What a backslash and c stand for; '\0' if nothing.
static char unescaped(char c)
{
    switch (c) {
    case '\\':
        return '\\';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    default:
        return '\0';
    }
}

// Replaces \\, \n and \r in place. Nothing else may follow a backslash, and no
// '\0' may be hidden in an escaped name.
static bool unescape(struct cursor c)
{
    char *to = c.at;

    for (; c.at < c.end; c.at++) {
        char byte = *c.at;
        if (byte == '\\') {
            byte = unescaped(*++c.at);
        }
        if (byte == '\0') {
            return false;
        }
        *to++ = byte;
    }
    *to = '\0';
    return true;
}

// What follows "SHA256". The name ends at the last ')'.
static bool parse_tagged(struct cursor c, bool escaped,
                         struct manifest_entry *entry)
{
    struct cursor name;

    skip_text(&c, " ");
    if (!skip_text(&c, "(")) {
        return false;
    }
    name = c;
    for (c.at = c.end; c.at > name.at && *c.at != ')'; c.at--) {
    }
    if (*c.at != ')') {
        return false;
    }
    *c.at = '\0';
    name.end = c.at++;
    entry->name = name.at;
    skip_blanks(&c);
    if (!skip_text(&c, "=")) {
        return false;
    }
    skip_blanks(&c);
    return read_digest(&c, entry->digest) && *c.at == '\0' &&
           (!escaped || unescape(name));
}

bool parse_line(char *line, size_t length, enum manifest_kind *kind,
                struct manifest_entry *entry)
{
    struct cursor c;
    bool escaped;

    c.at = line;
    c.end = line + length;
    skip_blanks(&c);
    escaped = skip_text(&c, "\\");
    if (skip_text(&c, "SHA256")) {
        return parse_tagged(c, escaped, entry);
    }
    // At least a blank and a character of a name must follow the digest.
    if (!read_digest(&c, entry->digest) || c.end - c.at < 2 ||
        (*c.at != ' ' && *c.at != '\t')) {
        return false;
    }
    c.at++;
    if (c.end - c.at == 1 || (*c.at != ' ' && *c.at != '*')) {
        if (*kind == WITH_MARK) {
            return false;
        }
        *kind = WITHOUT_MARK;
    } else if (*kind != WITHOUT_MARK) {
        *kind = WITH_MARK;
        c.at++;
    }
    entry->name = c.at;
    return !escaped || unescape(c);
}

// Reads on behind what is there. Returns false at the end or on an error.
static bool fill(struct line_reader *reader)
{
    size_t held = reader->end - reader->start;
    long n;

    for (size_t i = 0; i < held; i++) {
        reader->buffer[i] = reader->buffer[reader->start + i];
    }
    reader->start = 0;
    reader->end = held;
    if (reader->at_end) {
        return false;
    }
    reader->before_read();
    n = sys_read(reader->fd, reader->buffer + held, LINE_SIZE - held);
    if (n <= 0) {
        reader->error = (int)-n;
        reader->at_end = true;
        return false;
    }
    reader->end += (size_t)n;
    return true;
}

// Where the line that begins at start ends, in bytes from there; all that is
// there if its end was not read yet. The first known bytes need no look.
static size_t line_length(const struct line_reader *reader, size_t known)
{
    size_t length = known;

    while (reader->start + length < reader->end &&
           reader->buffer[reader->start + length] != '\n') {
        length++;
    }
    return length;
}

char *next_line(struct line_reader *reader, size_t *length)
{
    size_t size = line_length(reader, 0);
    bool too_long = false;
    char *line;

    while (reader->start + size == reader->end) {
        if (size == LINE_SIZE) {
            if (!too_long) {
                reader->cut[0] = reader->buffer[0];
                too_long = true;
            }
            reader->start = reader->end;
            size = 0;
        }
        if (!fill(reader)) {
            if (size == 0 && !too_long) {
                return NULL;
            }
            break;
        }
        size = line_length(reader, size);
    }
    line = reader->buffer + reader->start;
    reader->start += size;
    if (reader->start < reader->end) {
        reader->start++; // the newline
    }
    reader->number++;
    if (too_long) {
        *length = 1;
        return reader->cut;
    }
    if (size > 0 && line[size - 1] == '\r') {
        size--;
    }
    line[size] = '\0';
    *length = size;
    return line;
}
