// SPDX-License-Identifier: MIT
// atomic_hook.h - the library's own atomics, any one use of which can be relaxed.
//
// WEAK=src/mutex.c:80 in the environment takes the order away from the use at
// that place, and WEAK=list has the program print all the places it came by. What
// is used otherwise is weft/atomic.h itself, unchanged: it is included from here
// with its hook switched off.
#ifndef TSAN_ATOMIC_HOOK_H
#define TSAN_ATOMIC_HOOK_H

#undef WEFT_ATOMIC_H
#undef WEFT_ATOMIC_HOOK
#include <weft/atomic.h>

// Whether the use at this place is to be relaxed (host.c).
int weak_at(const char *file, int line);

static inline uint32_t weak_swap_relaxed(uint32_t *word, uint32_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_RELAXED);
}

// A function's name in brackets is not taken for the macro again.
#define WEAK(relaxed, strong, ...)                                             \
    (weak_at(__FILE__, __LINE__) ? relaxed(__VA_ARGS__) : (strong)(__VA_ARGS__))

#define weft__load_acquire(...)                                                \
    WEAK(weft__load_relaxed, weft__load_acquire, __VA_ARGS__)
#define weft__store_release(...)                                               \
    WEAK(weft__store_relaxed, weft__store_release, __VA_ARGS__)
#define weft__swap_acquire(...)                                                \
    WEAK(weak_swap_relaxed, weft__swap_acquire, __VA_ARGS__)
#define weft__swap_release(...)                                                \
    WEAK(weak_swap_relaxed, weft__swap_release, __VA_ARGS__)
#define weft__swap_acq_rel(...)                                                \
    WEAK(weak_swap_relaxed, weft__swap_acq_rel, __VA_ARGS__)
#define weft__cas_acquire(...)                                                 \
    WEAK(weft__cas_relaxed, weft__cas_acquire, __VA_ARGS__)
#define weft__cas_release(...)                                                 \
    WEAK(weft__cas_relaxed, weft__cas_release, __VA_ARGS__)
#define weft__cas_acq_rel(...)                                                 \
    WEAK(weft__cas_relaxed, weft__cas_acq_rel, __VA_ARGS__)
#define weft__add_acquire(...)                                                 \
    WEAK(weft__add_relaxed, weft__add_acquire, __VA_ARGS__)
#define weft__add_release(...)                                                 \
    WEAK(weft__add_relaxed, weft__add_release, __VA_ARGS__)
#define weft__add_acq_rel(...)                                                 \
    WEAK(weft__add_relaxed, weft__add_acq_rel, __VA_ARGS__)
#define weft__load64_acquire(...)                                              \
    WEAK(weft__load64_relaxed, weft__load64_acquire, __VA_ARGS__)
#define weft__store64_release(...)                                             \
    WEAK(weft__store64_relaxed, weft__store64_release, __VA_ARGS__)
#define weft__add64_release(...)                                               \
    WEAK(weft__add64_relaxed, weft__add64_release, __VA_ARGS__)
#define weft__cas64_acquire(...)                                               \
    WEAK(weft__cas64_relaxed, weft__cas64_acquire, __VA_ARGS__)
#define weft__cas64_release(...)                                               \
    WEAK(weft__cas64_relaxed, weft__cas64_release, __VA_ARGS__)
#define weft__cas64_acq_rel(...)                                               \
    WEAK(weft__cas64_relaxed, weft__cas64_acq_rel, __VA_ARGS__)
#define weft__load_pointer_acquire(...)                                        \
    WEAK(weft__load_pointer_relaxed, weft__load_pointer_acquire, __VA_ARGS__)
#define weft__store_pointer_release(...)                                       \
    WEAK(weft__store_pointer_relaxed, weft__store_pointer_release, __VA_ARGS__)

#endif
