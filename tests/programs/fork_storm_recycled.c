// SPDX-License-Identifier: MIT
// fork_storm_recycled.c - fork_storm.c, where kernel threads become the next ones.
#include "support_recycle.h"
#include "fork_storm.c"
