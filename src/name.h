// SPDX-License-Identifier: MIT
// name.h - the length of a thread's name, for the two places that check it.
#ifndef NAME_H
#define NAME_H

#include <stddef.h>
#include "linux.h"

// Bytes of name with its end mark; more than COMM_SIZE if it is too long.
static inline size_t weft__name_size(const char *name)
{
    size_t size = 1;
    while (size <= COMM_SIZE && name[size - 1] != '\0') {
        size++;
    }
    return size;
}

#endif
