// SPDX-License-Identifier: MIT
// cancel_bytes_recycled.c - cancel_bytes.c, where kernel threads become the next ones.
#include "support_recycle.h"
#include "cancel_bytes.c"
