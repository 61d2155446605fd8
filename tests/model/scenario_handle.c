// SPDX-License-Identifier: MIT
// scenario_handle.c - pthread_t, which is an address, against the end of one thread
// and the birth of the next in the same memory (posix/handle.c).
//
// Main and a second thread create threads of their own and join them by pthread_t.
// One block is enough for both, so the name of the one that is gone is soon that of
// the other. Who asks about a thread of his own has to find that one.
#include "life_world.h"
#include "posix/posix.h"
#include "spin_wait.h"

const char model_primitive[] = "handle";
const char model_sources[] = "handle.c";

pthread_t pthread_self(void)
{
    return (pthread_t)model_thread_pointer();
}

// As pthread_create does it.
static void name(const struct weft__given *given, struct weft__place *place)
{
    *given->name =
        (uintptr_t)place->self->record->tid_word - weft__posix_distance();
}

static pthread_t create_in(void *region, size_t size, void *(*start)(void *),
                           uint32_t flags)
{
    weft_thread handle;
    pthread_t named = 0;
    const weft_attr attr = {
        .stack = region, .stack_size = size, .flags = flags};
    const struct weft__given given = {.apply = name,
                                      .name = (uintptr_t *)&named};
    REQUIRE(weft__create(&handle, &attr, start, NULL, &given) == 0);
    return named;
}

static pthread_t create_named(void *(*start)(void *))
{
    return create_in(NULL, 0, start, 0);
}

static void must_join_named(pthread_t t)
{
    REQUIRE(weft_join(weft__posix_find(t), NULL) == 0);
}

// ---- One block for the threads of both ----

static void *creates_and_joins(void *arg)
{
    pthread_t mine = create_named(does_nothing);
    REQUIRE(weft_kill(weft__posix_find(mine), 0) == 0);
    must_join_named(mine);
    return arg;
}

static void two_create_and_join(void)
{
    weft_thread second = create(creates_and_joins, 0);
    must_join_named(create_named(works));
    must_join(second);
}

// The same, and the first is detached: the reaper gives its block back.
static void *detached_by_name(void *arg)
{
    REQUIRE(weft_detach(weft__posix_find(create_named(does_nothing))) == 0);
    return arg;
}

static void detached_beside_joined(void)
{
    weft_thread second = create(detached_by_name, 0);
    (void)creates_and_joins(NULL);
    must_join(second);
}

// ---- A region of the caller's, used again when its detached thread has gone ----

enum { REGION = 16384 };
static void *region;
static weft_thread first;

static void *knows_itself(void *arg)
{
    REQUIRE(weft__posix_find(pthread_self()) == weft_self());
    return arg;
}

static void *reaps(void *arg)
{
    weft__record_reap();
    return arg;
}

// Another thread may be about to reap the first one, but not be through with it.
static void uses_its_region_again(void)
{
    region = model_alloc(REGION);
    const weft_attr attr = {
        .stack = region, .stack_size = REGION, .flags = WEFT_DETACHED};
    REQUIRE(weft_create(&first, &attr, does_nothing, NULL) == 0);
    weft_thread second = create(reaps, 0);
    while (weft_tid(first) != 0) {
        weft__spin_pause();
    }
    must_join_named(create_in(region, REGION, knows_itself, 0));
    must_join(second);
}

static void three_are_free(void)
{
    created = 3; // or fewer records, if one was used twice
    free_but_reused();
}

// ---- Records that were used before ----

// Each has the address still that its thread had; the blocks are kept.
static void begin_with_two_used(void)
{
    enum { USED = 2 };
    static const weft_attr defaults;
    struct weft__record *used[USED];
    begin_beside_libc();
    for (int i = 0; i < USED; i++) {
        struct weft__place place;
        REQUIRE(weft__record_new(&used[i]) == 0);
        REQUIRE(weft__place_find(&place, &used[i]->block, &defaults) == 0);
        place.self->record = used[i];
        weft__host_tls_build(place.tls, place.self);
        weft__life_begin(used[i], 0);
    }
    for (int i = 0; i < USED; i++) {
        weft__record_free(used[i]);
    }
}

static void *creates_and_finds(void *arg)
{
    must_join_named(create_named(does_nothing));
    return arg;
}

static void two_create_and_find(void)
{
    weft_thread second = create(creates_and_finds, 0);
    must_join(create(works, 0));
    must_join(second);
}

#define HANDLE(NAME, PROVES, MAIN, BOUND)                                      \
    {                                                                          \
        .name = NAME, .proves = PROVES, .setup = begin_beside_libc,            \
        .threads = {MAIN}, .finish = three_are_free, .preemptions = BOUND,     \
        .old_reads = BOUND                                                     \
    }

const struct scenario model_scenarios[] = {
    HANDLE("joined", "who joins finds its own thread, not the block's last one",
           two_create_and_join, 1),
    HANDLE("detached", "nor one that was detached, and is reaped",
           detached_beside_joined, 1),
    HANDLE("region", "nor one whose region is used again",
           uses_its_region_again, 1),
    {
        .name = "used_before",
        .proves = "nor the next life of a record that had the address before",
        .setup = begin_with_two_used,
        .threads = {two_create_and_find},
        .finish = three_are_free,
        .preemptions = 2,
        .old_reads = NONE,
    },
    {0},
};
