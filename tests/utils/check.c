// SPDX-License-Identifier: MIT
// check.c - see check.h.
//
// The names of the files that are queued stand in a ring of text: each is put
// behind the one before, and its room is free again when its job was reported.
#include "check.h"
#include "manifest.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "sys.h"
#include "workers.h"

#define TEXT_SIZE (4 * LINE_SIZE)

static char text[TEXT_SIZE];
static uint64_t text_start, text_end; // counted on; modulo TEXT_SIZE an index

static struct line_reader reader;
static enum manifest_kind kind;

// What came of the manifest that is being read.
static struct outcome {
    const char *name; // quoted like a file's: "standard input" gets quotes
    bool any;         // a properly formatted line
    uint64_t bad, unreadable, mismatched, matched;
} outcome;

// Room for size bytes in one piece, from text_end on.
static char *text_room(size_t size)
{
    if (text_end % TEXT_SIZE + size > TEXT_SIZE) {
        text_end += TEXT_SIZE - text_end % TEXT_SIZE;
    }
    while (text_end + size - text_start > TEXT_SIZE) {
        if (queue_is_empty()) {
            text_start = text_end;
        } else {
            report_some();
        }
    }
    return text + text_end % TEXT_SIZE;
}

static void add_entry(const struct manifest_entry *entry)
{
    size_t size = text_length(entry->name) + 1;
    char *name = text_room(size);
    struct job *job = new_job();

    for (size_t i = 0; i < size; i++) {
        name[i] = entry->name[i];
    }
    text_end += size;
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        job->wanted[i] = entry->digest[i];
    }
    job->name = name;
    job->text_end = text_end;
    job->is_input = text_equal(name, "-");
    if (job->is_input) {
        use_input();
    }
    add_job(job);
}

static void take_line(char *line, size_t length)
{
    struct manifest_entry entry;

    if (length == 0 || line[0] == '#') {
        return;
    }
    // Standard input cannot be both the manifest and a file in it.
    if (parse_line(line, length, &kind, &entry) &&
        (reader.fd != 0 || !text_equal(entry.name, "-"))) {
        outcome.any = true;
        add_entry(&entry);
        return;
    }
    outcome.bad++;
    if (options & OPTION_WARN) {
        struct job *job = new_job();
        job->bad_line = reader.number;
        job->text_end = text_end;
        add_job(job);
    }
}

static void print_outcome(const char *name, const char *what)
{
    // Unlike when it prints digests, sha256sum escapes only what it must.
    bool escape = text_has(name, '\n');

    print(escape ? "\\" : "");
    if (escape) {
        print_escaped(name);
    } else {
        print(name);
    }
    print(what);
    end_result('\n');
}

void report_checked(struct job *job)
{
    text_start = job->text_end;
    if (job->bad_line != 0) {
        begin_message();
        say_quoted(outcome.name);
        say(": ");
        put_number(&messages, job->bad_line);
        say(": improperly formatted SHA256 checksum line");
        end_message();
    } else if (job->error == SYS_ENOENT && (options & OPTION_IGNORE_MISSING)) {
        return;
    } else if (job->error != 0) {
        complain(job->name, job->error);
        outcome.unreadable++;
        if (!(options & OPTION_STATUS)) {
            print_outcome(job->name, ": FAILED open or read");
        }
    } else {
        int differ = 0;
        for (int i = 0; i < SHA256_SIZE; i++) {
            differ |= job->wanted[i] ^ job->digest[i];
        }
        outcome.mismatched += differ != 0;
        outcome.matched += differ == 0;
        if (!(options & OPTION_STATUS) &&
            (differ || !(options & OPTION_QUIET))) {
            print_outcome(job->name, differ ? ": FAILED" : ": OK");
        }
    }
}

// "fwsum: manifest: what"
static void complain_of_manifest(const char *what)
{
    begin_message();
    say_quoted(outcome.name);
    say(what);
    end_message();
}

static void warn_of(uint64_t count, const char *one, const char *several)
{
    if (count > 0) {
        begin_message();
        say("WARNING: ");
        put_number(&messages, count);
        say(count == 1 ? one : several);
        end_message();
    }
}

static void summarize(void)
{
    warn_of(outcome.bad, " line is improperly formatted",
            " lines are improperly formatted");
    warn_of(outcome.unreadable, " listed file could not be read",
            " listed files could not be read");
    warn_of(outcome.mismatched, " computed checksum did NOT match",
            " computed checksums did NOT match");
    if ((options & OPTION_IGNORE_MISSING) && outcome.matched == 0) {
        complain_of_manifest(": no file was verified");
    }
}

bool check_manifest(const char *name)
{
    bool is_input = text_equal(name, "-");
    long fd = is_input ? 0 : sys_open(name, SYS_O_RDONLY);
    size_t length;

    if (fd < 0) {
        complain(name, (int)-fd);
        return false;
    }
    if (is_input) {
        use_input();
    }
    outcome = (struct outcome){.name = is_input ? "standard input" : name};
    reader.fd = (int)fd;
    reader.before_read = report_done;
    reader.error = 0;
    reader.at_end = false;
    reader.number = reader.start = reader.end = 0;
    for (char *line; (line = next_line(&reader, &length)) != NULL;) {
        take_line(line, length);
    }
    report_all();
    if (!is_input) {
        sys_close((int)fd);
    }
    if (reader.error != 0) {
        complain_of_manifest(": read error");
        return false;
    }
    if (!outcome.any) {
        complain_of_manifest(": no properly formatted checksum lines found");
        return false;
    }
    if (!(options & OPTION_STATUS)) {
        summarize();
    }
    return outcome.matched > 0 && outcome.mismatched == 0 &&
           outcome.unreadable == 0 &&
           (!(options & OPTION_STRICT) || outcome.bad == 0);
}
