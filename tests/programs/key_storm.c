// SPDX-License-Identifier: MIT
// key_storm.c - keys come and go while threads set, get and end.
//
//   key_storm [far] ROUNDS [SEED]
//
// far: with keys whose values do not lie in a thread's own data.
//
// Some threads make and delete keys all the time; others live shortly, set what
// they find and end. Whatever the interleaving: a thread reads under a key what
// it has set under it, or NULL; and a destructor is called by the thread that set
// the value, with a value that was set under a key of this destructor.
#include "support.h"

enum { MAKERS = 2, PUBLIC = 8 };

// Keys that everybody may find; each belongs to destructor number index % 2.
static weft_key keys[PUBLIC];
static int stop;

// What a value says: who set it, and under a key of which destructor.
struct value {
    weft_thread owner;
    unsigned number;
};

static void check(const struct value *value, unsigned number)
{
    CHECK_EQ(value->owner, weft_self());
    CHECK_EQ(value->number, number);
}

static void destroy_even(void *value)
{
    check(value, 0);
}

static void destroy_odd(void *value)
{
    check(value, 1);
}

// Each maker has half of the places to itself.
static void *make(void *arg)
{
    uint64_t lots = (uint64_t)arg;
    unsigned half = lots % 2 * (PUBLIC / 2);
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        unsigned place = half + (unsigned)random_below(&lots, PUBLIC / 2);
        weft_key old = keys[place];
        weft_key new;
        if (old != 0) {
            __atomic_store_n(&keys[place], 0, __ATOMIC_RELEASE);
            CHECK_EQ(weft_key_delete(old), 0);
        }
        CHECK_EQ(weft_key_create(&new, place % 2 ? destroy_odd : destroy_even),
                 0);
        CHECK_EQ(weft_key_get(new), NULL);
        __atomic_store_n(&keys[place], new, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void *live_shortly(void *arg)
{
    static _Thread_local struct value values[2]; // outlives the destructors
    uint64_t lots = (uint64_t)arg;
    for (unsigned number = 0; number < 2; number++) {
        values[number] = (struct value){weft_self(), number};
    }
    for (int i = 0; i < 50; i++) {
        unsigned place = (unsigned)random_below(&lots, PUBLIC);
        weft_key key = __atomic_load_n(&keys[place], __ATOMIC_ACQUIRE);
        const struct value *seen = key != 0 ? weft_key_get(key) : NULL;
        if (seen != NULL) {
            check(seen, place % 2);
        }
        if (key != 0) {
            // Deleted meanwhile, perhaps.
            int error = weft_key_set(key, &values[place % 2]);
            CHECK(error == 0 || error == WEFT_EINVAL);
        }
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    int far = is_case(argc, argv, "far");
    int64_t rounds = arg_number(argc, argv, 1 + far, 1000);
    uint64_t lots = random_start(argc, argv, 2 + far);
    weft_thread makers[MAKERS];
    weft_key first;
    (void)envp;
    for (int i = 0; far && i < WEFT__KEYS_NEAR; i++) {
        CHECK_EQ(weft_key_create(&first, NULL), 0);
    }
    for (unsigned i = 0; i < MAKERS; i++) {
        uint64_t seed = (random_next(&lots) & ~(uint64_t)1) | i;
        CHECK_EQ(weft_create(&makers[i], NULL, make, (void *)seed), 0);
    }
    for (; rounds > 0; rounds--) {
        weft_thread pair[2];
        for (int i = 0; i < 2; i++) {
            CHECK_EQ(weft_create(&pair[i], NULL, live_shortly,
                                 (void *)random_next(&lots)),
                     0);
        }
        CHECK_EQ(weft_join(pair[0], NULL), 0);
        CHECK_EQ(weft_join(pair[1], NULL), 0);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < MAKERS; i++) {
        CHECK_EQ(weft_join(makers[i], NULL), 0);
    }
    return 0;
}
