// SPDX-License-Identifier: MIT
// kill_storm_recycled.c - kill_storm.c, where kernel threads become the next ones.
#include "support_recycle.h"
#include "kill_storm.c"
