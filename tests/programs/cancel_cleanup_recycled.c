// SPDX-License-Identifier: MIT
// cancel_cleanup_recycled.c - cancel_cleanup.c, where kernel threads become the next ones.
#include "support_recycle.h"
#include "cancel_cleanup.c"
