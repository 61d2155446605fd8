// SPDX-License-Identifier: MIT
// detach_race_recycled.c - detach_race.c, where kernel threads become the next ones.
#include "support_recycle.h"
#include "detach_race.c"
