// SPDX-License-Identifier: MIT
// first.h - included before everything else in what is explored.
#ifndef FIRST_H
#define FIRST_H

void *model_thread_pointer(void);
#define __builtin_thread_pointer() model_thread_pointer()

#include "futex_hook.h"

#endif
