// SPDX-License-Identifier: MIT
// key.c - thread-specific data: keys, values, destructors.
// Read before: weft/key.h.
//
// A key is a generation above an index. A value is stored with the key it was set
// under, so that deleting a key needs no walk over all threads: what is left of
// it everywhere belongs to no key that will ever be handed out again.
//
//   weft__keys[index]  meaning                       left by
//   0                  free                          create: T1, under the lock
//   a key              in use                        delete: T2, under the lock
#include <weft/atomic.h>
#include <weft/error.h>
#include <weft/key.h>
#include "lock.h"
#include "thread.h"

enum { ROUNDS = 4 }; // of destructors that set values again, then it is over
enum { KEY_GENERATION = WEFT_KEYS_MAX }; // the generation's lowest bit in a key

struct weft__lock weft__key_lock;

uint32_t weft__keys[WEFT_KEYS_MAX]; // changed under the lock, read by anybody

static struct {
    uint32_t newest;  // the last key of this index; guarded by the lock
    void *destructor; // of the key; written before it
} keys[WEFT_KEYS_MAX];

// relaxed would do for the comparison; acquire pairs with [key] for those who
// read the destructor afterwards
static int exists(weft_key key)
{
    return key != 0 &&
           weft__load_acquire(&weft__keys[key % WEFT_KEYS_MAX]) == key;
}

// Runs the destructor of one slot, if there is one. Returns whether it did.
static int destroy(struct weft__key_slot *slot)
{
    void *value = slot->value;
    weft_key key = slot->key;
    if (value == NULL || !exists(key)) {
        return 0;
    }
    // acquire: pairs with [key.destructor]
    void *destructor =
        weft__load_pointer_acquire(&keys[key % WEFT_KEYS_MAX].destructor);
    slot->value = NULL; // first: the destructor may set it again
    // Was the key deleted meanwhile, the destructor may be the next key's.
    if (destructor == NULL || !exists(key)) {
        return 0;
    }
    ((void (*)(void *))destructor)(value);
    return 1;
}

static void destroy_all(struct weft__thread *self)
{
    int called = 1;
    for (int round = 0; called && round < ROUNDS; round++) {
        called = 0;
        for (uint32_t i = 0; i < self->key_limit; i++) {
            called |= destroy(&self->local.keys[i]);
        }
    }
}

static int create_at(uint32_t index, weft_key *out, void (*destructor)(void *))
{
    weft_key key = keys[index].newest + KEY_GENERATION;
    if (key < KEY_GENERATION) { // 2^25 creations ago it began like this: what
                                // was left under a key of then would be found
        key += KEY_GENERATION;  // 0 is no generation
    }
    key = key / WEFT_KEYS_MAX * WEFT_KEYS_MAX + index;
    keys[index].newest = key;
    // [key.destructor] After the T2 of the key before: who reads this destructor
    // for the old key will find, when it looks again, that the old key is gone.
    weft__store_pointer_release(&keys[index].destructor, (void *)destructor);
    weft__store_release(&weft__keys[index], key); // T1. [key]
    *out = key;
    return 0;
}

int weft_key_create(weft_key *out, void (*destructor)(void *))
{
    if (out == NULL) {
        return WEFT_EINVAL;
    }
    int error = WEFT_EAGAIN;
    weft__lock_acquire(&weft__key_lock);
    weft__store_pointer_relaxed(&weft__key_end, (void *)destroy_all);
    for (uint32_t index = 0; index < WEFT_KEYS_MAX; index++) {
        if (weft__load_relaxed(&weft__keys[index]) == 0) {
            error = create_at(index, out, destructor);
            break;
        }
    }
    weft__lock_release(&weft__key_lock);
    return error;
}

int weft_key_delete(weft_key key)
{
    weft__lock_acquire(&weft__key_lock);
    int known = exists(key);
    if (known) {
        weft__store_release(&weft__keys[key % WEFT_KEYS_MAX], 0); // T2.
    }
    weft__lock_release(&weft__key_lock);
    return known ? 0 : WEFT_EINVAL;
}

int weft__key_set_slow(weft_key key, void *value)
{
    if (!exists(key)) {
        return WEFT_EINVAL;
    }
    struct weft__thread *self = weft__thread_self();
    uint32_t index = key % WEFT_KEYS_MAX;
    struct weft__key_slot *slot = &self->local.keys[index];
    // A signal handler in between finds no value, or the right one: never this
    // key with another's value.
    slot->key = 0;
    weft__signal_fence();
    slot->value = value;
    weft__signal_fence();
    slot->key = key;
    if (self->key_limit <= index) {
        self->key_limit = index + 1;
    }
    return 0;
}
