// SPDX-License-Identifier: MIT
// kernel.h - what the life-cycle scenarios say to kernel.c.
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

// Thread A is the process's first: its thread pointer and its exit word.
void model_is_main(void *tls, uint32_t *exit_word);

// A thread that nobody created: its thread pointer; and, in the second, its exit
// word, if it has a tid.
void model_thread_is(unsigned thread, void *tls);
void model_thread_lives(unsigned thread, void *tls, uint32_t *exit_word);

// Who got the last signal: an index, or MODEL_THREADS for nobody.
unsigned model_last_signalled(void);

// A signal from outside the process, so that nothing is known by it.
void model_signal(unsigned thread, int sig);

// What the kernel keeps for each thread, and a new one has from its creator.
unsigned model_user(void);
void model_set_user(unsigned user);

// What decides whether a kernel thread may be used again (recycle.c).
void model_set_nice(int nice);

// How many mappings there are.
unsigned model_mapped(void);

// The next clone, whoever calls it, fails.
void model_refuse_next_clone(void);

// The handler of a signal that the calling thread gets just before it changes its
// mask for the next time.
void model_signal_before_mask(void (*handler)(void));

#endif
