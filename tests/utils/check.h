// SPDX-License-Identifier: MIT
// check.h - what -c does: verify the files that a manifest lists.
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

#include "queue.h"

// Verifies the files of the manifest called name, "-" for standard input, and
// prints what came of it. Returns whether all is well.
bool check_manifest(const char *name);

// Takes the outcome of one job of a manifest.
void report_checked(struct job *job);

#endif
