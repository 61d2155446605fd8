// SPDX-License-Identifier: MIT
// options.c - see options.h.
//
// The manners are getopt_long(3)'s: short options may be bundled, long ones
// shortened while only one is meant, and options may stand behind files.
#include "options.h"
#include "names.h"
#include "output.h"
#include "workers.h"

#include <weft.h>

unsigned options;
int threads_wanted;

static const char help[] =
    "Usage: fwsum [-j THREADS] [OPTION]... [FILE]...\n"
    "Print or check SHA-256 digests, several files at a time: by default as\n"
    "many as there are CPUs. The other options are those of sha256sum(1):\n"
    "  -b --binary, -t --text, --tag, -z --zero, --help, --version\n"
    "  -c --check, and with it --ignore-missing, --quiet, --status, --strict,\n"
    "  -w --warn\n";

#define HOW_MUCH_IS_SAID (OPTION_QUIET | OPTION_STATUS | OPTION_WARN)

// In the order in which an ambiguous option's possibilities are listed.
static const struct {
    char name[15];
    char letter; // or '-'
    unsigned short set, clear;
} known[] = {
    {"check", 'c', OPTION_CHECK, 0},
    {"ignore-missing", '-', OPTION_IGNORE_MISSING, 0},
    // The last of these three counts.
    {"quiet", '-', OPTION_QUIET, HOW_MUCH_IS_SAID},
    {"status", '-', OPTION_STATUS, HOW_MUCH_IS_SAID},
    {"warn", 'w', OPTION_WARN, HOW_MUCH_IS_SAID},
    {"strict", '-', OPTION_STRICT, 0},
    {"tag", '-', OPTION_TAG | OPTION_BINARY, 0},
    {"zero", 'z', OPTION_ZERO, 0},
    {"binary", 'b', OPTION_MARK | OPTION_BINARY, 0},
    {"text", 't', OPTION_MARK, OPTION_BINARY},
    {"help", '-', OPTION_HELP, 0},
    {"version", '-', OPTION_VERSION, 0},
};
enum { KNOWN = sizeof known / sizeof known[0] };

// What does not go together, in the order in which sha256sum objects: all of set
// with none of clear.
#define WHEN " when verifying checksums"
#define ONLY " option is meaningful only" WHEN
static const struct {
    unsigned short set, clear;
    const char *what, *why;
} objections[] = {
    {OPTION_TAG, OPTION_BINARY, "--tag", " does not support --text mode"},
    {OPTION_CHECK | OPTION_ZERO, 0, "the --zero",
     " option is not supported" WHEN},
    {OPTION_CHECK | OPTION_TAG, 0, "the --tag", " option is meaningless" WHEN},
    {OPTION_CHECK | OPTION_MARK, 0, "the --binary and --text",
     " options are meaningless" WHEN},
    {OPTION_IGNORE_MISSING, OPTION_CHECK, "the --ignore-missing", ONLY},
    {OPTION_STATUS, OPTION_CHECK, "the --status", ONLY},
    {OPTION_WARN, OPTION_CHECK, "the --warn", ONLY},
    {OPTION_QUIET, OPTION_CHECK, "the --quiet", ONLY},
    {OPTION_STRICT, OPTION_CHECK, "the --strict", ONLY},
};

// Prints "fwsum: <before><what><after>" and where to find help. Returns 1, the
// exit status.
static int refuse(const char *before, const char *what, const char *after)
{
    begin_message();
    say(before);
    say(what);
    say(after);
    say("\nTry 'fwsum --help' for more information.");
    end_message();
    return 1;
}

// Returns -1, or the exit status when that is known.
static int apply(int i)
{
    options = (options & ~(unsigned)known[i].clear) | known[i].set;
    if (options & OPTION_HELP) {
        print(help);
        return 0;
    }
    if (options & OPTION_VERSION) {
        print("fwsum (Weft) ");
        for (int unit = 10000; unit > 0; unit /= 100) {
            put_number(&results, (uint64_t)(WEFT_VERSION / unit % 100));
            print(unit > 1 ? "." : "\n");
        }
        return 0;
    }
    return -1;
}

static int set_threads(const char *text)
{
    int threads = 0;

    for (const char *c = text; threads <= THREADS_MAX && *c != '\0'; c++) {
        threads =
            *c < '0' || *c > '9' ? THREADS_MAX + 1 : threads * 10 + (*c - '0');
    }
    if (threads < 1 || threads > THREADS_MAX) {
        return refuse("invalid number of threads: '", text, "'");
    }
    threads_wanted = threads;
    return -1;
}

// text is the letters. next is the argument behind them, or NULL; *took_next
// tells that it belongs to an option.
static int read_letters(const char *text, const char *next, bool *took_next)
{
    int status = -1;

    for (; *text != '\0' && status < 0; text++) {
        const char unknown[] = {*text, '\0'};
        int i = 0;
        if (*text == 'j') {
            *took_next = text[1] == '\0';
            if (*took_next && next == NULL) {
                return refuse("option requires an argument -- 'j'", "", "");
            }
            return set_threads(*took_next ? next : text + 1);
        }
        while (i < KNOWN && (known[i].letter != *text || *text == '-')) {
            i++;
        }
        status =
            i < KNOWN ? apply(i) : refuse("invalid option -- '", unknown, "'");
    }
    return status;
}

// Whether text, up to its '=' if it has one, is how the name begins.
static bool is_short_for(const char *text, const char *name)
{
    while (*text != '\0' && *text != '=' && *text == *name) {
        text++;
        name++;
    }
    return *text == '\0' || *text == '=';
}

static int refuse_ambiguous(const char *text)
{
    begin_message();
    say("option '--");
    say(text);
    say("' is ambiguous; possibilities:");
    for (int i = 0; i < KNOWN; i++) {
        if (is_short_for(text, known[i].name)) {
            say(" '--");
            say(known[i].name);
            say("'");
        }
    }
    say("\nTry 'fwsum --help' for more information.");
    end_message();
    return 1;
}

// text is what follows "--". No name is the beginning of another, so one that
// is spelt out is never ambiguous.
static int read_long(const char *text)
{
    int found = KNOWN;

    for (int i = 0; i < KNOWN; i++) {
        if (is_short_for(text, known[i].name)) {
            if (found != KNOWN) {
                return refuse_ambiguous(text);
            }
            found = i;
        }
    }
    if (found == KNOWN) {
        return refuse("unrecognized option '--", text, "'");
    }
    if (text_has(text, '=')) {
        return refuse("option '--", known[found].name,
                      "' doesn't allow an argument");
    }
    return apply(found);
}

static int check_combination(void)
{
    for (size_t i = 0; i < sizeof objections / sizeof objections[0]; i++) {
        if ((options & objections[i].set) == objections[i].set &&
            (options & objections[i].clear) == 0) {
            return refuse(objections[i].what, objections[i].why, "");
        }
    }
    return -1;
}

int read_options(int argc, char **argv, int *status)
{
    int files = 0;
    bool all_files = false; // since "--"

    *status = -1;
    for (int i = 1; i < argc && *status < 0; i++) {
        bool took_next = false;
        if (all_files || argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[files++] = argv[i];
        } else if (argv[i][1] != '-') {
            *status = read_letters(
                argv[i] + 1, i + 1 < argc ? argv[i + 1] : NULL, &took_next);
        } else if (argv[i][2] != '\0') {
            *status = read_long(argv[i] + 2);
        } else {
            all_files = true;
        }
        i += took_next;
    }
    if (*status < 0) {
        *status = check_combination();
    }
    return files;
}
