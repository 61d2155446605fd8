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
//
// Values of the first keys (near) are part of a thread's own data, and get no
// longer code than one compare. Those of all others (far) are in a mapping that the
// thread makes when it first sets one of them, and gives back in its last steps.
// All those mappings are in one list, so that a fork's child finds and unmaps those
// of the threads that it does not have.
#include <weft/atomic.h>
#include <weft/error.h>
#include <weft/key.h>
#include "key.h"
#include "lock.h"
#include "syscall.h"
#include "thread.h"

#define NOINLINE __attribute__((noinline)) // one copy is smaller than two

enum { ROUNDS = 4 }; // of destructors that set values again, then it is over
enum { KEY_GENERATION = WEFT_KEYS_MAX }; // the generation's lowest bit in a key
// No generation is 0, and none is 1: programs that were written to a libc's small
// keys mark what is none by a number just above WEFT_KEYS_MAX.
enum { FIRST_KEY = 2 * KEY_GENERATION };

struct weft__lock weft__key_lock;

uint32_t weft__keys[WEFT_KEYS_MAX]; // changed under the lock, read by anybody

static struct {
    uint32_t newest;  // the last key of this index; guarded by the lock
    void *destructor; // of the key; written before it
} keys[WEFT_KEYS_MAX];

// A thread's values under far keys; fresh pages are zero, which is no key's.
struct weft__far_keys {
    struct weft__far_keys *next, **link; // link: what points here
    struct weft__key_slot slots[WEFT_KEYS_MAX - WEFT__KEYS_NEAR];
};

// Guarded by the lock: those of all threads, and those that the kernel did not take
// back, for the next thread that needs some.
static struct weft__far_keys *all, *spare;

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

// NULL: the thread has no memory for that one, so no value.
static NOINLINE struct weft__key_slot *slot_at(struct weft__thread *self,
                                               uint32_t index)
{
    struct weft__far_keys *far = self->local.far_keys;
    if (index < WEFT__KEYS_NEAR) {
        return &self->local.keys[index];
    }
    return far != NULL ? &far->slots[index - WEFT__KEYS_NEAR] : NULL;
}

static void destroy_all(struct weft__thread *self)
{
    int called = 1;
    for (int round = 0; called && round < ROUNDS; round++) {
        called = 0;
        for (uint32_t i = 0; i < self->key_limit; i++) {
            struct weft__key_slot *slot = slot_at(self, i);
            called |= slot != NULL && destroy(slot);
        }
    }
}

// ---- The memory of far values. The caller of these two holds the lock. ----

static NOINLINE void push(struct weft__far_keys **list,
                          struct weft__far_keys *far)
{
    far->next = *list;
    far->link = list;
    if (far->next != NULL) {
        far->next->link = &far->next;
    }
    *list = far;
}

static struct weft__far_keys *unlink_far(struct weft__far_keys *far)
{
    *far->link = far->next;
    if (far->next != NULL) {
        far->next->link = far->link;
    }
    return far;
}

// In the child of a fork as well: there the caller holds the lock.
static void give_back(struct weft__far_keys *far)
{
    unlink_far(far);
    if (sys_munmap(far, sizeof *far) < 0) {
        push(&spare, far);
    }
}

static struct weft__far_keys *get_memory(void)
{
    struct weft__far_keys *far = NULL;
    weft__lock_acquire(&weft__key_lock);
    if (spare != NULL) {
        far = unlink_far(spare);
        weft__zero(far, sizeof *far);
    } else {
        long memory = sys_mmap(sizeof *far, PROT_READ | PROT_WRITE);
        far = sys_failed(memory) ? NULL : (struct weft__far_keys *)memory;
    }
    if (far != NULL) {
        push(&all, far);
    }
    weft__lock_release(&weft__key_lock);
    return far;
}

static void end_far(struct weft__thread *self)
{
    struct weft__far_keys *far = self->local.far_keys;
    if (far != NULL) {
        self->local.far_keys = NULL; // first: for its signal handlers
        weft__signal_fence();
        weft__lock_acquire(&weft__key_lock);
        give_back(far);
        weft__lock_release(&weft__key_lock);
    }
}

void weft__keys_alone(struct weft__thread *self)
{
    struct weft__far_keys *next = all;
    while (next != NULL) {
        struct weft__far_keys *far = next;
        next = far->next;
        if (far != self->local.far_keys) {
            give_back(far);
        }
    }
}

// ---- Keys ----

static int create_at(uint32_t index, weft_key *out, void (*destructor)(void *))
{
    weft_key key = keys[index].newest + KEY_GENERATION;
    if (key <
        FIRST_KEY) { // the first, or 2^22 creations ago it began like this:
                     // what was left under a key of then would be found
        key = FIRST_KEY;
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
    weft__store_pointer_relaxed(&weft__key_gone, (void *)end_far);
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

void *weft__key_get_far(weft_key key)
{
    const struct weft__far_keys *far = weft__self()->far_keys;
    if (far == NULL) {
        return NULL;
    }
    const struct weft__key_slot *slot =
        &far->slots[key % WEFT_KEYS_MAX - WEFT__KEYS_NEAR];
    return slot->key == key ? slot->value : NULL;
}

int weft__key_set_slow(weft_key key, void *value)
{
    if (!exists(key)) {
        return WEFT_EINVAL;
    }
    struct weft__thread *self = weft__thread_self();
    uint32_t index = key % WEFT_KEYS_MAX;
    struct weft__key_slot *slot = slot_at(self, index);
    if (slot == NULL && value == NULL) {
        return 0; // it is NULL
    }
    if (slot == NULL) {
        self->local.far_keys = get_memory();
        slot = slot_at(self, index);
    }
    if (slot == NULL) {
        return WEFT_ENOMEM;
    }
    if (slot->key == key) {
        slot->value = value;
        return 0;
    }
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
