// SPDX-License-Identifier: MIT
// weft/atomic.h - the one place atomic operations come from.
//
// The memory order is in each name. What the orders promise:
//   relaxed   the access itself is whole; nothing about anything else
//   acquire   what comes after it stays after it
//   release   what came before it stays before it
//   acq_rel   both, in one read-modify-write
// An acquire that reads what a release wrote makes everything before the release
// visible to everything after the acquire: they are partners, and every use in
// this library names its partner.
//
// A test that wants to see every access defines WEFT_ATOMIC_HOOK as the name of
// a header with the same functions.
#ifndef WEFT_ATOMIC_H
#define WEFT_ATOMIC_H

#include <stdint.h>

#ifdef WEFT_ATOMIC_HOOK
#include WEFT_ATOMIC_HOOK
#else

// As a function of its own each of these would be larger and slower than where it
// is used; compilers that are told to be small make some nevertheless.
#define WEFT__INLINE static inline __attribute__((always_inline))

#ifdef __cplusplus
extern "C" {
#endif

WEFT__INLINE uint32_t weft__load_relaxed(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

WEFT__INLINE uint32_t weft__load_acquire(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

WEFT__INLINE void weft__store_relaxed(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

WEFT__INLINE void weft__store_release(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

// The lowest byte of a word, for a hint that is 0 or 1: the rest is left alone.
WEFT__INLINE uint8_t weft__load8_relaxed(const uint8_t *byte)
{
    return __atomic_load_n(byte, __ATOMIC_RELAXED);
}

WEFT__INLINE void weft__store8_relaxed(uint8_t *byte, uint8_t value)
{
    __atomic_store_n(byte, value, __ATOMIC_RELAXED);
}

// A swap stores value and returns what was there.
WEFT__INLINE uint32_t weft__swap_acquire(uint32_t *word, uint32_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_ACQUIRE);
}

WEFT__INLINE uint32_t weft__swap_release(uint32_t *word, uint32_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_RELEASE);
}

WEFT__INLINE uint32_t weft__swap_acq_rel(uint32_t *word, uint32_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL);
}

// A cas stores desired and returns nonzero if *word was expected; otherwise it
// changes nothing, orders nothing and returns 0.
WEFT__INLINE int weft__cas_acquire(uint32_t *word, uint32_t expected,
                                   uint32_t desired)
{
    return __atomic_compare_exchange_n(word, &expected, desired, 0,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

WEFT__INLINE int weft__cas_release(uint32_t *word, uint32_t expected,
                                   uint32_t desired)
{
    return __atomic_compare_exchange_n(word, &expected, desired, 0,
                                       __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

WEFT__INLINE int weft__cas_acq_rel(uint32_t *word, uint32_t expected,
                                   uint32_t desired)
{
    return __atomic_compare_exchange_n(word, &expected, desired, 0,
                                       __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

WEFT__INLINE int weft__cas_relaxed(uint32_t *word, uint32_t expected,
                                   uint32_t desired)
{
    return __atomic_compare_exchange_n(word, &expected, desired, 0,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

// An add returns what was there before; adding (uint32_t)-1 takes one away.
WEFT__INLINE uint32_t weft__add_relaxed(uint32_t *word, uint32_t value)
{
    return __atomic_fetch_add(word, value, __ATOMIC_RELAXED);
}

WEFT__INLINE uint32_t weft__add_acquire(uint32_t *word, uint32_t value)
{
    return __atomic_fetch_add(word, value, __ATOMIC_ACQUIRE);
}

WEFT__INLINE uint32_t weft__add_release(uint32_t *word, uint32_t value)
{
    return __atomic_fetch_add(word, value, __ATOMIC_RELEASE);
}

WEFT__INLINE uint32_t weft__add_acq_rel(uint32_t *word, uint32_t value)
{
    return __atomic_fetch_add(word, value, __ATOMIC_ACQ_REL);
}

// The same on 64 bits. A failed cas leaves what it found in *expected.
WEFT__INLINE uint64_t weft__load64_relaxed(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

WEFT__INLINE void weft__store64_relaxed(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

WEFT__INLINE uint64_t weft__add64_relaxed(uint64_t *word, uint64_t value)
{
    return __atomic_fetch_add(word, value, __ATOMIC_RELAXED);
}

WEFT__INLINE uint64_t weft__add64_release(uint64_t *word, uint64_t value)
{
    return __atomic_fetch_add(word, value, __ATOMIC_RELEASE);
}

WEFT__INLINE int weft__cas64_relaxed(uint64_t *word, uint64_t *expected,
                                     uint64_t desired)
{
    return __atomic_compare_exchange_n(word, expected, desired, 0,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

WEFT__INLINE int weft__cas64_acquire(uint64_t *word, uint64_t *expected,
                                     uint64_t desired)
{
    return __atomic_compare_exchange_n(word, expected, desired, 0,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

WEFT__INLINE int weft__cas64_release(uint64_t *word, uint64_t *expected,
                                     uint64_t desired)
{
    return __atomic_compare_exchange_n(word, expected, desired, 0,
                                       __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

WEFT__INLINE uint64_t weft__load64_acquire(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

WEFT__INLINE void weft__store64_release(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

WEFT__INLINE int weft__cas64_acq_rel(uint64_t *word, uint64_t *expected,
                                     uint64_t desired)
{
    return __atomic_compare_exchange_n(word, expected, desired, 0,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

// The same on pointers.
WEFT__INLINE void *weft__load_pointer_relaxed(void *const *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

WEFT__INLINE void weft__store_pointer_relaxed(void **word, void *value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

WEFT__INLINE void *weft__load_pointer_acquire(void *const *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

WEFT__INLINE void weft__store_pointer_release(void **word, void *value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

// Orders all accesses before it against all after it, in one order that all
// threads agree on. Each use writes out the two-variable argument it needs.
WEFT__INLINE void weft__fence_seq_cst(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

// Keeps the compiler from moving accesses across it: all that is needed against
// a signal handler of the same thread.
WEFT__INLINE void weft__signal_fence(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#ifdef __cplusplus
}
#endif

#endif // WEFT_ATOMIC_HOOK
#endif
