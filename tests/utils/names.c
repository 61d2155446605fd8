// SPDX-License-Identifier: MIT
// names.c - see names.h.
//
// The rules for quoting were found by giving sha256sum all sorts of names in the
// C locale. There are three forms:
//
//   name            nothing in it means anything to a shell
//   "it's"          a ' is in it, and nothing else that is special in "..."
//   'a b'$'\n''c'   the rest; bytes that cannot be printed stand in $'...'
#include "names.h"
#include "output.h"

bool text_equal(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

size_t text_length(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0') {
        length++;
    }
    return length;
}

bool text_has(const char *text, char c)
{
    while (*text != '\0' && *text != c) {
        text++;
    }
    return *text == c;
}

// What stands behind the backslash for c, or '\0' if c is printed as it is.
static char escape_letter(char c)
{
    switch (c) {
    case '\\':
        return '\\';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    default:
        return '\0';
    }
}

bool needs_escape(const char *name)
{
    while (*name != '\0' && escape_letter(*name) == '\0') {
        name++;
    }
    return *name != '\0';
}

void print_escaped(const char *name)
{
    for (; *name != '\0'; name++) {
        char letter = escape_letter(*name);
        if (letter == '\0') {
            put_char(&results, *name);
        } else {
            put_char(&results, '\\');
            put_char(&results, letter);
        }
    }
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

// What the characters of a name ask for.
struct needs {
    bool quotes;  // any quotes at all
    bool apart;   // single quotes, should there be a ' in it
    bool a_quote; // there is a ' in it
};

static struct needs look_at(const char *name)
{
    struct needs needs = {.quotes = *name == '\0'};

    for (const char *c = name; *c != '\0'; c++) {
        bool alone = c == name && c[1] == '\0';
        if (*c == '\'') {
            needs.a_quote = needs.quotes = true;
        } else if (*c == ' ' || *c == ':') {
            needs.quotes = true;
        } else if (*c == '#' || *c == '~') {
            // Special to a shell only where a word begins.
            needs.quotes |= c == name;
            needs.apart |= c != name;
        } else if (*c == '{' || *c == '}') {
            needs.quotes |= alone;
            needs.apart |= !alone;
        } else if (!is_printable(*c) || text_has("!\"$&()*;<=>?[\\^`|", *c)) {
            needs.quotes = needs.apart = true;
        }
    }
    return needs;
}

static void say_unprintable(char c)
{
    unsigned byte = (unsigned char)c;

    put_char(&messages, '\\');
    if (byte >= '\a' && byte <= '\r') {
        put_char(&messages, "abtnvfr"[byte - '\a']);
    } else {
        put_char(&messages, (char)('0' + byte / 64));
        put_char(&messages, (char)('0' + byte / 8 % 8));
        put_char(&messages, (char)('0' + byte % 8));
    }
}

static void say_single_quoted(const char *name, bool a_quote)
{
    // Whether we are inside $'...'. sha256sum has an oddity: it believes so at
    // the very start if the name has a ' and ends inside one.
    bool inside = a_quote && !is_printable(name[text_length(name) - 1]);

    say("'");
    for (; *name != '\0'; name++) {
        bool printable = is_printable(*name);
        if (*name == '\'') {
            say("'\\''");
        } else {
            if (inside == printable) {
                say(inside ? "''" : "'$'"); // in or out
            }
            if (printable) {
                put_char(&messages, *name);
            } else {
                say_unprintable(*name);
            }
        }
        inside = !printable;
    }
    say("'");
}

void say_quoted(const char *name)
{
    struct needs needs = look_at(name);

    if (needs.quotes && (needs.apart || !needs.a_quote)) {
        say_single_quoted(name, needs.a_quote);
    } else {
        const char *quote = needs.quotes ? "\"" : "";
        say(quote);
        say(name);
        say(quote);
    }
}
