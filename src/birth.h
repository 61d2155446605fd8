// SPDX-License-Identifier: MIT
// birth.h - attributes that a thread has to apply to itself, and may be refused:
// name, CPU mask, scheduling, first signal mask. See birth.c.
#ifndef BIRTH_H
#define BIRTH_H

#include <stdint.h>
#include <weft/thread.h>

struct weft__thread;

// On the creator's stack while it waits.
struct weft__birth {
    const weft_attr *attr;
    uint64_t creator_mask; // as it was before the creator blocked all signals
    int refusal;           // the child's answer, once answered is 1
    int ended_detached;    // with a refusal: what weft__life_end returned
    uint32_t answered;     // futex
};

// Whether attr asks for anything that needs this path.
int weft__birth_needed(const weft_attr *attr);

// The creator, before clone: blocks all signals, so that the child begins with
// none. After it: waits for the child's answer. Last: its signal mask again.
int weft__birth_prepare(struct weft__birth *birth, const weft_attr *attr);
int weft__birth_wait(struct weft__birth *birth);
void weft__birth_finish(const struct weft__birth *birth);

// The child, before its start routine; does not return when it was refused.
void weft__birth_apply(struct weft__thread *self);

#endif
