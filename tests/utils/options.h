// SPDX-License-Identifier: MIT
// options.h - the command line.
#ifndef OPTIONS_H
#define OPTIONS_H

enum {
    OPTION_CHECK = 0x1,
    // With OPTION_CHECK only:
    OPTION_IGNORE_MISSING = 0x2,
    OPTION_QUIET = 0x4,
    OPTION_STATUS = 0x8,
    OPTION_WARN = 0x10,
    OPTION_STRICT = 0x20,
    // Without it:
    OPTION_BINARY = 0x40, // mark with '*'
    OPTION_TAG = 0x80,
    OPTION_ZERO = 0x100,
    // What was asked for and is nobody else's business:
    OPTION_MARK = 0x200, // -b or -t, whichever
    OPTION_HELP = 0x400,
    OPTION_VERSION = 0x800,
};

// Written once, before there is a second thread.
extern unsigned options;
extern int threads_wanted; // 0: as many as there are CPUs to run on

// Reads the command line. What is not an option is moved to argv[0] and
// following, in order; returns how many there are. Whoever asks for help, or for
// what makes no sense, gets it told, and *status is the exit status; else -1.
int read_options(int argc, char **argv, int *status);

#endif
