// SPDX-License-Identifier: MIT
// handle_first.c - the handle is there before the thread's first instruction.
//
//     handle_first plain|attributes|detached ROUNDS
//
// The thread reads the variable that weft_create was given, finds its own handle
// in it, and all that its creator wrote. A create that stores the handle after
// clone loses this race now and then.
#include "support.h"

struct family {
    weft_thread child;
    uint64_t told; // plain on purpose: create is all that orders it
    int done;
};

static void *look(void *arg)
{
    struct family *family = arg;
    CHECK_EQ(family->child, weft_self());
    CHECK_EQ(family->told, 4711);
    CHECK_EQ(weft_tid(weft_self()), sys(__NR_gettid));
    set_word(&family->done, 1);
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    weft_attr attr = {0};
    int64_t rounds = arg_number(argc, argv, 2, 100);
    if (is_case(argc, argv, "attributes")) {
        attr.name = "child";
    } else if (is_case(argc, argv, "detached")) {
        attr.flags = WEFT_DETACHED;
    } else {
        CHECK(is_case(argc, argv, "plain"));
    }
    for (int64_t i = 0; i < rounds; i++) {
        struct family family = {.told = 4711};
        CHECK_EQ(weft_create(&family.child, &attr, look, &family), 0);
        if (attr.flags & WEFT_DETACHED) {
            until_equal(&family.done, 1);
        } else {
            CHECK_EQ(weft_join(family.child, NULL), 0);
        }
    }
    return 0;
}
