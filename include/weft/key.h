// SPDX-License-Identifier: MIT
// weft/key.h - one value per thread, under a key made at run time.
//
// Where the number of values is known at compile time, _Thread_local is faster
// and simpler; it works in every thread. A key adds the destructor.
//
// There are WEFT_KEYS_MAX keys. A thread has the values of the first eight at hand.
// When it first sets another one it gets memory for all others: 16 KiB of address
// space, of which it uses the pages that it touches. That goes back at its end.
#ifndef WEFT_KEY_H
#define WEFT_KEY_H

#include <weft/atomic.h>
#include <weft/thread.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

// A key: an index and a generation. 0 is no key.
typedef uint32_t weft_key;

// Makes a key, whose value is NULL in every thread. When a thread ends with a
// value other than NULL, the value is set to NULL and destructor(value) is
// called, unless destructor is NULL; in no special order, for up to four rounds
// as long as destructors set values again.
//   WEFT_EINVAL   out is NULL
//   WEFT_EAGAIN   all WEFT_KEYS_MAX keys are in use
int weft_key_create(weft_key *out, void (*destructor)(void *));

// Ends a key. No destructor is called: the values are the program's to free. A
// destructor may delete its own key.
//   WEFT_EINVAL   no such key
int weft_key_delete(weft_key key);

// Sets the calling thread's value.
//   WEFT_EINVAL   no such key
//   WEFT_ENOMEM   no memory for it, and nothing has changed; never once the thread
//                 has set this key to another value than NULL
// Async-signal-safe for a key that the thread has set before.
static inline int weft_key_set(weft_key key, void *value);

// ---- Private from here: what the inline functions need ----

// key.c has its table
extern __attribute__((visibility("hidden"))) uint32_t weft__keys[WEFT_KEYS_MAX];

int weft__key_set_slow(weft_key key, void *value);
void *weft__key_get_far(weft_key key);

static inline int weft_key_set(weft_key key, void *value)
{
    struct weft__key_slot *slot = &weft__self()->keys[key % WEFT__KEYS_NEAR];
    // Set before, by this thread, and not deleted since. relaxed: who deletes a
    // key while it is used gets one answer or the other
    if (slot->key == key &&
        weft__load_relaxed(&weft__keys[key % WEFT_KEYS_MAX]) == key &&
        key != 0) {
        slot->value = value;
        return 0;
    }
    return weft__key_set_slow(key, value);
}

// The calling thread's value: NULL where none was set. A few loads and a compare;
// the key must not have been deleted. Async-signal-safe.
static inline void *weft_key_get(weft_key key)
{
    const struct weft__key_slot *slot =
        &weft__self()->keys[key % WEFT__KEYS_NEAR];
    if (__builtin_expect(slot->key == key, 1)) {
        return slot->value;
    }
    return key % WEFT_KEYS_MAX < WEFT__KEYS_NEAR ? NULL
                                                 : weft__key_get_far(key);
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
