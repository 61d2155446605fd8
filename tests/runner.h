// SPDX-License-Identifier: MIT
// runner.h - what the Check suites on the build machine share.
//
// Nothing here runs beside Weft's threads: programs are started as processes of
// their own and judged from outside, because an assertion of Check inside a
// thread that Check's libc does not know could itself go wrong.
#ifndef RUNNER_H
#define RUNNER_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

// Enough for any honest program; what is above is read and dropped.
enum { OUTPUT_MAX = 128 * 1024 };

struct captured {
    size_t length;
    char text[OUTPUT_MAX + 1]; // ends with '\0'
};

// How a process ended, and what it said.
struct result {
    bool hung;  // did not end within the limit, and was killed
    int status; // as waitpid gives it
    struct captured out;
    struct captured err;
};

// Runs argv with an empty stdin and waits for its end. After limit_seconds the
// whole process group is killed. argv[0] is looked up in PATH.
void run_command(const char *const argv[], int limit_seconds,
                 struct result *result);

// Runs a line of shell, printf-like, and fails the test that calls it unless the
// line ends with status 0. Returns what it said; valid until the next call.
const struct result *must_run(int limit_seconds, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The same without a judgement on the end.
const struct result *try_run(int limit_seconds, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool exited_with(const struct result *result, int status);

// Ends the test as failed: the message, then what the process said and how it
// ended, then the command that repeats it.
_Noreturn void fail_with(const struct result *result, const char *command,
                         const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// A value that the Makefile passes in the environment: ARCH, BUILD, CC, CROSS,
// QEMU, SCRATCH (tests.mk says what they are). Lines of shell use them as $ARCH
// and so on. The test fails without it.
const char *setting(const char *name);

// Whether the programs under test are run by an emulator here.
bool is_emulated(void);

// ---- a suite: begin, add tests, finish ----

// target  first part of each test's name
// stem    stem.tap will hold the results, stem.plan how many there must be
void suite_begin(const char *target, const char *stem);

// Adds "target.section.sentence", unless the environment's TEST narrows the run
// to other names. run(index) is called in a process of its own and killed after
// limit_seconds. False: left out.
bool suite_add(const char *section, const char *sentence, TFun run, int index,
               int limit_seconds);

// Whether a test of that name would be added.
bool suite_wants(const char *section, const char *sentence);

// Runs everything and reports; returns the exit status for main.
int suite_finish(void);

// A main for a suite whose tests stand in a list, ended by one without a name:
// argv is TARGET and STEM.
struct listed {
    const char *sentence;
    TFun run;
    int limit_seconds;
};
int suite_main(int argc, char **argv, const char *section,
               const struct listed *tests);

#endif
