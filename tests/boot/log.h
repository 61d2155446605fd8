// SPDX-License-Identifier: MIT
// log.h - how the init of the boot test tells the build machine what happened.
//
// One serial line carries everything, the kernel's messages too, so each fact is
// a line of its own with a mark in front:
//
//     weft-run: SENTENCE        a run of programs.def begins
//     weft-out: BYTES           some of its stdout; several lines are one text
//     weft-err: BYTES           some of its stderr
//     weft-end: STATUS HUNG     as wait4 gives it; 1 when it had to be killed
//     weft-done: COUNT          all runs are over
//
// A byte that is no printable ASCII character, or a backslash, is \xx in
// hexadecimal.
#ifndef BOOT_LOG_H
#define BOOT_LOG_H

#include <stdbool.h>

#define LOG_RUN  "weft-run: "
#define LOG_OUT  "weft-out: "
#define LOG_ERR  "weft-err: "
#define LOG_END  "weft-end: "
#define LOG_DONE "weft-done: "

struct result; // runner.h

// On the build machine: finds the run of that sentence in the log, and what
// became of it. False when it did not begin. One that began and did not end
// counts as hung.
bool log_find(const char *path, const char *sentence, struct result *result);

#endif
