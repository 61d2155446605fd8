// SPDX-License-Identifier: MIT
// life_birth.h - the threads of scenario_life.c that are about creation: refused,
// joined before it is over, asked about by strangers, in memory of the caller's.
#ifndef LIFE_BIRTH_H
#define LIFE_BIRTH_H

#include "life_world.h"
#include "spin_wait.h"

static void create_is_refused(void)
{
    weft_thread t = 1;
    const weft_attr attr = {.name = "named"};
    created = 1;
    int result = weft_create(&t, model_choose(2) ? &attr : NULL, works, NULL);
    if (result != 0) {
        REQUIRE(t == 0 && work == 0);
        REQUIRE(result == WEFT_EAGAIN || result == WEFT_EPERM);
    } else {
        must_join(t);
        REQUIRE(work == 1);
    }
}

// Thread B creates one that is perhaps refused. A signal handler in the midst of
// that tells its handle to others.
static weft_thread unborn;
static uint64_t published;

static void publishes(void)
{
    weft__store64_release(&published, unborn);
}

static void *creates_and_publishes(void *arg)
{
    const weft_attr attr = {.name =
                                "named"}; // so signals are blocked on the way
    if (model_choose(2)) {
        model_refuse_next_clone();
    }
    model_signal_before_mask(publishes);
    int error = weft_create(&unborn, &attr, does_nothing, NULL);
    REQUIRE(error == 0 || (error == WEFT_EAGAIN && unborn == 0));
    return arg;
}

// Main joins it in any case, and uses its memory for another.
static void joined_unborn(void)
{
    weft_thread second = create(creates_and_publishes, 0);
    weft_thread t;
    while ((t = weft__load64_acquire(&published)) == 0) {
        weft__spin_pause();
    }
    int error = weft_join(t, NULL); // EINVAL: its creator is taking it back
    REQUIRE(error == 0 || error == WEFT_ESRCH || error == WEFT_EINVAL);
    must_join(create(does_nothing, 0));
    must_join(second);
}

static void free_if_used(void)
{
    created = 3; // or fewer records, if one was used twice
    free_but_reused();
}

// Somebody asks about a handle that he was never given: its record may just be
// coming into being, in a chunk of records that is new, too.
enum { FIRST_OF_SECOND_CHUNK = 32 };

static void begin_with_a_full_chunk(void)
{
    begin();
    for (unsigned i = 2; i < FIRST_OF_SECOND_CHUNK; i++) {
        struct weft__record *record;
        REQUIRE(weft__record_new(&record) == 0);
    }
}

static void *asks_about_a_stranger(void *arg)
{
    weft_thread t = (weft_thread)1 << 32 | FIRST_OF_SECOND_CHUNK;
    (void)weft_tid(t);
    // And who looks at all records asks which life that is (host/everyone.c).
    const struct weft__record *record = weft__record_find(t);
    if (record != NULL && weft__life_progress(record) != 0) {
        REQUIRE((uint32_t)weft__life_handle(record) == FIRST_OF_SECOND_CHUNK);
    }
    return arg;
}

static void creates_beside_a_stranger(void)
{
    weft_thread second = create(asks_about_a_stranger, 0);
    weft_thread third = create(does_nothing, 0);
    must_join(second);
    must_join(third);
}

// weft_tid says when a detached thread's own region is free again.
static void waits_for_its_region(void)
{
    enum { SIZE = 16384 };
    weft_thread t;
    void *region = model_alloc(SIZE);
    const weft_attr attr = {
        .stack = region, .stack_size = SIZE, .flags = WEFT_DETACHED};
    created++;
    REQUIRE(weft_create(&t, &attr, works, NULL) == 0);
    while (weft_tid(t) != 0) {
        weft__spin_pause();
    }
    REQUIRE(work == 1);
    model_free(region, SIZE);
}

#endif
