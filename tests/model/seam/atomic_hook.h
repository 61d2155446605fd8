// SPDX-License-Identifier: MIT
// atomic_hook.h - weft/atomic.h as the explorer has it: every access is a step of
// its own, and goes through the model of memory (memory.c).
#ifndef ATOMIC_HOOK_H
#define ATOMIC_HOOK_H

#include "../site.h"

uint64_t model_load(struct model_site *site, const void *word, unsigned size);
void model_store(struct model_site *site, void *word, unsigned size,
                 uint64_t value);
// Each returns what was there before.
uint64_t model_swap(struct model_site *site, void *word, unsigned size,
                    uint64_t value);
uint64_t model_add(struct model_site *site, void *word, unsigned size,
                   uint64_t value);
uint64_t model_and(struct model_site *site, void *word, unsigned size,
                   uint64_t value);
uint64_t model_or(struct model_site *site, void *word, unsigned size,
                  uint64_t value);
// Leaves what it found in *expected.
int model_cas(struct model_site *site, void *word, unsigned size,
              uint64_t *expected, uint64_t desired);
void model_fence(struct model_site *site);

#define MODEL_LOAD(SIZE, WORD, ORDER)                                          \
    model_load(MODEL_SITE(LOAD, "load", #WORD, ORDER, RELAXED), (WORD), SIZE)
#define MODEL_STORE(SIZE, WORD, VALUE, ORDER)                                  \
    model_store(MODEL_SITE(STORE, "store", #WORD, ORDER, RELAXED), (WORD),     \
                SIZE, (VALUE))
#define MODEL_UPDATE(NAME, SIZE, WORD, VALUE, ORDER)                           \
    model_##NAME(MODEL_SITE(UPDATE, #NAME, #WORD, ORDER, RELAXED), (WORD),     \
                 SIZE, (uint64_t)(VALUE))
#define MODEL_CAS(SIZE, WORD, EXPECTED, DESIRED, ORDER, FAILURE)               \
    __extension__({                                                            \
        uint64_t expected_ = (EXPECTED);                                       \
        model_cas(MODEL_SITE(CAS, "cas", #WORD, ORDER, FAILURE), (WORD), SIZE, \
                  &expected_, (DESIRED));                                      \
    })
#define MODEL_CAS_SEEN(SIZE, TYPE, WORD, SEEN, DESIRED, ORDER, FAILURE)        \
    __extension__({                                                            \
        TYPE *seen_ = (SEEN);                                                  \
        uint64_t expected_ = *seen_;                                           \
        int done_ = model_cas(MODEL_SITE(CAS, "cas", #WORD, ORDER, FAILURE),   \
                              (WORD), SIZE, &expected_, (DESIRED));            \
        *seen_ = (TYPE)expected_;                                              \
        done_;                                                                 \
    })

// As a function, so that a result may be left unused.
static inline uint32_t model_low(uint64_t value)
{
    return (uint32_t)value;
}

// The names of weft/atomic.h, one for one.
#define weft__load_relaxed(W)     model_low(MODEL_LOAD(4, W, RELAXED))
#define weft__load_acquire(W)     model_low(MODEL_LOAD(4, W, ACQUIRE))
#define weft__store_relaxed(W, V) MODEL_STORE(4, W, V, RELAXED)
#define weft__store_release(W, V) MODEL_STORE(4, W, V, RELEASE)

// A byte is part of its word, and changed with it.
#define MODEL_WORD(B)          ((void *)(uintptr_t)(B))
#define weft__load8_relaxed(B) ((uint8_t)MODEL_LOAD(4, MODEL_WORD(B), RELAXED))
#define weft__store8_relaxed(B, V)                                             \
    ((void)((V) ? MODEL_UPDATE(or, 4, MODEL_WORD(B), 1, RELAXED)               \
                : MODEL_UPDATE(and, 4, MODEL_WORD(B), ~1u, RELAXED)))

#define MODEL_UPDATE32(NAME, W, V, ORDER)                                      \
    model_low(MODEL_UPDATE(NAME, 4, W, (uint32_t)(V), ORDER))
#define weft__swap_acquire(W, V) MODEL_UPDATE32(swap, W, V, ACQUIRE)
#define weft__swap_release(W, V) MODEL_UPDATE32(swap, W, V, RELEASE)
#define weft__swap_acq_rel(W, V) MODEL_UPDATE32(swap, W, V, ACQ_REL)
#define weft__add_relaxed(W, V)  MODEL_UPDATE32(add, W, V, RELAXED)
#define weft__add_acquire(W, V)  MODEL_UPDATE32(add, W, V, ACQUIRE)
#define weft__add_release(W, V)  MODEL_UPDATE32(add, W, V, RELEASE)
#define weft__add_acq_rel(W, V)  MODEL_UPDATE32(add, W, V, ACQ_REL)

#define weft__cas_relaxed(W, E, D) MODEL_CAS(4, W, E, D, RELAXED, RELAXED)
#define weft__cas_acquire(W, E, D) MODEL_CAS(4, W, E, D, ACQUIRE, RELAXED)
#define weft__cas_release(W, E, D) MODEL_CAS(4, W, E, D, RELEASE, RELAXED)
#define weft__cas_acq_rel(W, E, D) MODEL_CAS(4, W, E, D, ACQ_REL, RELAXED)

#define weft__load64_relaxed(W)     MODEL_LOAD(8, W, RELAXED)
#define weft__load64_acquire(W)     MODEL_LOAD(8, W, ACQUIRE)
#define weft__store64_relaxed(W, V) MODEL_STORE(8, W, V, RELAXED)
#define weft__store64_release(W, V) MODEL_STORE(8, W, V, RELEASE)
#define weft__add64_relaxed(W, V)   MODEL_UPDATE(add, 8, W, V, RELAXED)
#define weft__add64_release(W, V)   MODEL_UPDATE(add, 8, W, V, RELEASE)

#define MODEL_CAS64(W, E, D, ORDER, FAILURE)                                   \
    MODEL_CAS_SEEN(8, uint64_t, W, E, D, ORDER, FAILURE)
#define weft__cas64_relaxed(W, E, D) MODEL_CAS64(W, E, D, RELAXED, RELAXED)
#define weft__cas64_acquire(W, E, D) MODEL_CAS64(W, E, D, ACQUIRE, RELAXED)
#define weft__cas64_release(W, E, D) MODEL_CAS64(W, E, D, RELEASE, RELAXED)
#define weft__cas64_acq_rel(W, E, D) MODEL_CAS64(W, E, D, ACQ_REL, ACQUIRE)

#define MODEL_POINTER(W, ORDER)       ((void *)(uintptr_t)MODEL_LOAD(8, W, ORDER))
#define weft__load_pointer_relaxed(W) MODEL_POINTER(W, RELAXED)
#define weft__load_pointer_acquire(W) MODEL_POINTER(W, ACQUIRE)
#define weft__store_pointer_relaxed(W, V)                                      \
    MODEL_STORE(8, W, (uint64_t)(uintptr_t)(V), RELAXED)
#define weft__store_pointer_release(W, V)                                      \
    MODEL_STORE(8, W, (uint64_t)(uintptr_t)(V), RELEASE)

#define weft__fence_seq_cst()                                                  \
    model_fence(MODEL_SITE(FENCE, "fence", "", SEQ_CST, RELAXED))
// One processor's signal handlers are no part of the model.
#define weft__signal_fence() ((void)0)

#endif
