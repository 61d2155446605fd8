// SPDX-License-Identifier: MIT
// stack_sizes.c - all of the stack that was asked for can be used.
//
//     stack_sizes default|sweep|use|guards|no-guard
//
// This program has 200 KB of thread-local variables. They come on top: a thread
// that asked for 64 KB of stack has 64 KB. A library that carves TLS from the
// stack refuses such a size, or overflows. Guards are as large as asked for.
#include "arch.h"
#include "support_memory.h"

enum { KIB = 1024, TLS_SIZE = 200 * KIB, SLACK = 1024 };

static _Thread_local char variables[TLS_SIZE];

struct room {
    size_t below;       // bytes of stack from the start routine's frame down
    struct mapping all; // where the stack lies
    struct mapping guard;
};

static void *measure(void *arg)
{
    struct room *room = arg;
    uintptr_t here = address_of(&arg);
    variables[0] = 1;
    variables[TLS_SIZE - 1] = 1;
    room->all = mapping_at(here);
    room->guard = mapping_at(room->all.start - 1);
    room->below = here - room->all.start;
    CHECK(address_of(variables) > here);
    return NULL;
}

static struct room room_with(const weft_attr *attr)
{
    struct room room;
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, attr, measure, &room), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    return room;
}

// Every byte of size bytes but a few, in one frame.
static void *use_nearly_all(void *arg)
{
    size_t size = *(const size_t *)arg - SLACK;
    volatile char *frame = __builtin_alloca(size);
    for (size_t i = 0; i < size; i++) {
        frame[i] = (char)i;
    }
    for (size_t i = 0; i < TLS_SIZE; i++) {
        CHECK_EQ(variables[i], 0);
    }
    return NULL;
}

static void use_stacks(void)
{
    static const size_t sizes[] = {16 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB};
    for (int i = 0; i < 4; i++) {
        size_t size = sizes[i];
        const weft_attr attr = {.stack_size = size};
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, &attr, use_nearly_all, &size), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
}

static void check_guards(size_t page)
{
    const size_t asked[] = {0, 1, page, page + 1, 5 * page};
    const size_t least = page > ARCH_STACK_GUARD ? page : ARCH_STACK_GUARD;
    const size_t given[] = {least, page, page, 2 * page, 5 * page};
    for (int i = 0; i < 5; i++) {
        const weft_attr attr = {.guard_size = asked[i]};
        struct room room = room_with(&attr);
        CHECK(same_text(room.guard.rights, "---p"));
        CHECK_EQ(room.guard.end, room.all.start);
        CHECK_EQ(room.guard.end - room.guard.start, given[i]);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr plain = {0};
    size_t page = page_size();
    (void)envp;
    if (is_case(argc, argv, "default")) {
        struct room room = room_with(&plain);
        CHECK(room.below >= 256 * KIB - SLACK);
        CHECK(room.below < 256 * KIB + 2 * page);
    } else if (is_case(argc, argv, "sweep")) {
        for (size_t size = WEFT_STACK_MIN; size < 256 * KIB; size += 5000) {
            const weft_attr attr = {.stack_size = size};
            CHECK(room_with(&attr).below >= size - SLACK);
        }
    } else if (is_case(argc, argv, "use")) {
        use_stacks();
    } else if (is_case(argc, argv, "guards")) {
        check_guards(page);
    } else {
        CHECK(is_case(argc, argv, "no-guard"));
        const weft_attr attr = {.guard_size = WEFT_NO_GUARD};
        struct room room = room_with(&attr);
        CHECK(!same_text(room.guard.rights, "---p"));
        CHECK(room.below >= 256 * KIB - SLACK);
    }
    return 0;
}
