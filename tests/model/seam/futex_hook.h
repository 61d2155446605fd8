// SPDX-License-Identifier: MIT
// futex_hook.h - src/futex.h as the explorer has it (sleep.c). It is included
// before everything else, so that each call in the sources is a site of its own.
#ifndef FUTEX_HOOK_H
#define FUTEX_HOOK_H

#include "futex.h"
#include "../site.h"

long model_wait(struct model_site *site, uint32_t *word, uint32_t expected,
                struct weft__deadline deadline, unsigned flags);
long model_requeue(struct model_site *site, uint32_t *word, uint32_t expected,
                   uint32_t *target);
void model_wake(struct model_site *site, uint32_t *word, int count,
                unsigned flags);
void model_change_and_wake(struct model_site *site, uint32_t *word,
                           enum weft__futex_change change, uint32_t operand,
                           unsigned flags);

#define weft__futex_wait_until(WORD, EXPECTED, DEADLINE, FLAGS)                \
    model_wait(MODEL_SITE(WAIT, "wait", #WORD, RELAXED, RELAXED), (WORD),      \
               (EXPECTED), (DEADLINE), (FLAGS))
#define weft__futex_wait(WORD, EXPECTED, FLAGS)                                \
    ((void)model_wait(MODEL_SITE(WAIT, "wait", #WORD, RELAXED, RELAXED),       \
                      (WORD), (EXPECTED), WEFT__NEVER, (FLAGS)))
#define weft__futex_wake(WORD, COUNT, FLAGS)                                   \
    model_wake(MODEL_SITE(WAKE, "wake", #WORD, RELAXED, RELAXED), (WORD),      \
               (COUNT), (FLAGS))
#define weft__futex_change_and_wake(WORD, CHANGE, OPERAND, FLAGS)              \
    model_change_and_wake(                                                     \
        MODEL_SITE(WAKE, "change and wake", #WORD, RELAXED, RELAXED), (WORD),  \
        (CHANGE), (OPERAND), (FLAGS))
#define weft__futex_requeue(WORD, EXPECTED, TARGET)                            \
    model_requeue(MODEL_SITE(WAKE, "requeue", #WORD, RELAXED, RELAXED),        \
                  (WORD), (EXPECTED), (TARGET))

#endif
