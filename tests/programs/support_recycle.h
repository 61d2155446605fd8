// SPDX-License-Identifier: MIT
// support_recycle.h - makes another test program one with recycled kernel threads:
// <name>_recycled.c includes this and then <name>.c.
#ifndef SUPPORT_RECYCLE_H
#define SUPPORT_RECYCLE_H

#include "support.h"

__attribute__((constructor)) static void recycle_from_the_beginning(void)
{
    CHECK_EQ(weft_recycle(3), 0); // fewer than there are threads
}

#endif
