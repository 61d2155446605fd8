// SPDX-License-Identifier: MIT
// kernel.h - what the life-cycle scenarios say to kernel.c.
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

// Thread A is the process's first: its thread pointer and its exit word.
void model_is_main(void *tls, uint32_t *exit_word);

// A thread that nobody created: its thread pointer.
void model_thread_is(unsigned thread, void *tls);

// Who got the last signal: an index, or MODEL_THREADS for nobody.
unsigned model_last_signalled(void);

// How many mappings there are.
unsigned model_mapped(void);

// The next clone, whoever calls it, fails.
void model_refuse_next_clone(void);

// The handler of a signal that the calling thread gets just before it changes its
// mask for the next time.
void model_signal_before_mask(void (*handler)(void));

#endif
