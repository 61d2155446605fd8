// SPDX-License-Identifier: MIT
// keys.c - values under keys: limits, generations, destructors.
//
//   keys limits      1,024 keys, then WEFT_EAGAIN; what is no key is WEFT_EINVAL
//   keys values      each thread has its own, NULL at first, whatever its memory
//                    held before
//   keys again       a key deleted and made anew reads NULL in every thread
//   keys rounds      a destructor that sets its value again is called four times
//   keys settles     one that stops doing so is not called again
//   keys deletes     a destructor may delete its own key, and others' keys
//   keys none        no destructor for NULL, for deleted keys, for no destructor
//   keys main        main has destructors too, when it ends by weft_exit
#include "support.h"

enum { THREADS = 4 };

static weft_key key, other;
static int calls, step;
static int64_t sum;

static void run(void *(*start)(void *), void *arg)
{
    weft_thread t;
    CHECK_EQ(weft_create(&t, NULL, start, arg), 0);
    CHECK_EQ(weft_join(t, NULL), 0);
}

static void limits(void)
{
    weft_key all[WEFT_KEYS_MAX];
    weft_key one_more = 1;
    CHECK_EQ(WEFT_KEYS_MAX, 1024);
    for (int i = 0; i < WEFT_KEYS_MAX; i++) {
        CHECK_EQ(weft_key_create(&all[i], NULL), 0);
        CHECK(all[i] > WEFT_KEYS_MAX + 1); // a libc's programs mark "none" so
        CHECK_EQ(weft_key_set(all[i], &all[i]), 0);
    }
    CHECK_EQ(weft_key_create(&one_more, NULL), WEFT_EAGAIN);
    for (int i = 0; i < WEFT_KEYS_MAX; i++) {
        CHECK_EQ(weft_key_get(all[i]), &all[i]);
    }
    CHECK_EQ(weft_key_delete(all[77]), 0);
    CHECK_EQ(weft_key_delete(all[77]), WEFT_EINVAL);
    CHECK_EQ(weft_key_set(all[77], &key), WEFT_EINVAL);
    CHECK_EQ(weft_key_create(&one_more, NULL), 0);
    CHECK(one_more != all[77]);
    CHECK_EQ(weft_key_get(one_more), NULL);
    CHECK_EQ(weft_key_set(all[77], &key), WEFT_EINVAL); // still another key
    CHECK_EQ(weft_key_create(NULL, NULL), WEFT_EINVAL);
    CHECK_EQ(weft_key_delete(0), WEFT_EINVAL);
    CHECK_EQ(weft_key_set(0, &key), WEFT_EINVAL);
    CHECK_EQ(weft_key_set(~0u, &key), WEFT_EINVAL);
}

static void *own_value(void *mine)
{
    CHECK_EQ(weft_key_get(key), NULL);
    CHECK_EQ(weft_key_set(key, mine), 0);
    for (int i = 0; i < 100; i++) {
        weft_yield();
        CHECK_EQ(weft_key_get(key), mine);
    }
    return NULL;
}

static void values(void)
{
    weft_thread threads[THREADS];
    CHECK_EQ(weft_key_create(&key, NULL), 0);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < THREADS; i++) {
            CHECK_EQ(weft_create(&threads[i], NULL, own_value, &threads[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            CHECK_EQ(weft_join(threads[i], NULL), 0);
        }
    }
    CHECK_EQ(weft_key_get(key), NULL); // main never set one
    // Memory that looks like values of this key, wherever they might be.
    WEFT_STACK(region, 16384);
    for (size_t i = 0; i < sizeof region; i += sizeof key) {
        *(weft_key *)(void *)&region[i] = key;
    }
    const weft_attr attr = {.stack = region, .stack_size = sizeof region};
    CHECK_EQ(weft_create(&threads[0], &attr, own_value, &key), 0);
    CHECK_EQ(weft_join(threads[0], NULL), 0);
}

static void *see_key_change(void *unused)
{
    CHECK_EQ(weft_key_set(key, &key), 0);
    __atomic_add_fetch(&step, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) >= 0) {
        weft_yield();
    }
    CHECK_EQ(weft_key_get(key), NULL);
    CHECK_EQ(weft_key_set(key, &step), 0);
    CHECK_EQ(weft_key_get(key), &step);
    return unused;
}

static void again(void)
{
    weft_thread threads[THREADS];
    CHECK_EQ(weft_key_create(&key, NULL), 0);
    weft_key before = key;
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_create(&threads[i], NULL, see_key_change, NULL), 0);
    }
    until_equal(&step, THREADS);
    CHECK_EQ(weft_key_delete(key), 0);
    CHECK_EQ(weft_key_create(&key, NULL), 0);
    CHECK(key != before);
    CHECK_EQ(key % WEFT_KEYS_MAX, before % WEFT_KEYS_MAX); // the same place
    set_word(&step, -1);
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_join(threads[i], NULL), 0);
    }
}

static void set_again(void *value)
{
    CHECK_EQ(weft_key_get(key), NULL); // cleared before the call
    CHECK_EQ(weft_key_set(key, (char *)value + 1), 0);
    calls++;
    sum += (int64_t)value;
}

static void set_twice(void *value)
{
    calls++;
    if (calls < 2) {
        CHECK_EQ(weft_key_set(key, value), 0);
    }
}

static void *set_number(void *number)
{
    CHECK_EQ(weft_key_set(key, number), 0);
    return NULL;
}

static void rounds(void)
{
    CHECK_EQ(weft_key_create(&key, set_again), 0);
    run(set_number, (void *)10);
    CHECK_EQ(calls, 4);
    CHECK_EQ(sum, 10 + 11 + 12 + 13);
}

static void settles(void)
{
    CHECK_EQ(weft_key_create(&key, set_twice), 0);
    run(set_number, (void *)10);
    CHECK_EQ(calls, 2);
}

static void delete_both(void *value)
{
    CHECK_EQ(value, &key);
    CHECK_EQ(weft_key_delete(key), 0);
    CHECK_EQ(weft_key_delete(other), 0);
    calls++;
}

static void *set_both(void *value)
{
    CHECK_EQ(weft_key_set(key, value), 0);
    CHECK_EQ(weft_key_set(other, value), 0);
    return NULL;
}

static void deletes(void)
{
    // Whichever is destroyed first takes the other one with it.
    CHECK_EQ(weft_key_create(&key, delete_both), 0);
    CHECK_EQ(weft_key_create(&other, delete_both), 0);
    run(set_both, &key);
    CHECK_EQ(calls, 1);
    CHECK_EQ(weft_key_delete(key), WEFT_EINVAL);
}

static void must_not_run(void *value)
{
    (void)value;
    CHECK(!"a destructor was called");
}

static void *set_and_clear(void *value)
{
    CHECK_EQ(weft_key_set(key, value), 0);
    CHECK_EQ(weft_key_set(key, NULL), 0);
    weft_key plain;
    CHECK_EQ(weft_key_create(&plain, NULL), 0);
    CHECK_EQ(weft_key_set(plain, value), 0);
    CHECK_EQ(weft_key_set(other, value), 0);
    CHECK_EQ(weft_key_delete(other), 0);
    return NULL;
}

static void none(void)
{
    CHECK_EQ(weft_key_create(&key, must_not_run), 0);
    CHECK_EQ(weft_key_create(&other, must_not_run), 0);
    run(set_and_clear, &key);
}

static void say_ended(void *text)
{
    print(1, text);
}

static void main_ends(void)
{
    CHECK_EQ(weft_key_create(&key, say_ended), 0);
    CHECK_EQ(weft_key_set(key, "main ended\n"), 0);
    weft_exit(NULL);
}

int weft_main(int argc, char **argv, char **envp)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {
        {"limits", limits}, {"values", values},   {"again", again},
        {"rounds", rounds}, {"settles", settles}, {"deletes", deletes},
        {"none", none},     {"main", main_ends},
    };
    (void)envp;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (is_case(argc, argv, cases[i].name)) {
            cases[i].run();
            return 0;
        }
    }
    return 2;
}
