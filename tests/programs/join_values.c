// SPDX-License-Identifier: MIT
// join_values.c - a thread's value reaches whoever joins it.
//
//     join_values return|exit|null|tree
//
// By returning it from the start routine, by weft_exit however deep, to a joiner
// that does not ask for it, and through a tree of threads that create and join
// each other. Without the order that join promises, a sum would miss a part.
#include "support.h"

static void *give_back(void *arg)
{
    return arg;
}

// The calls that are still open when weft_exit is called do not matter.
__attribute__((noinline)) static void innermost(void *value)
{
    if (value != NULL) {
        weft_exit(value);
    }
}

__attribute__((noinline)) static void middle(void *value)
{
    innermost(NULL);
    innermost(value);
}

static void *exit_deep(void *arg)
{
    middle(arg);
    CHECK(!"nobody comes back from weft_exit");
    return NULL;
}

static int touched; // plain on purpose: join is all that orders it

static void *touch(void *arg)
{
    touched++;
    return arg;
}

// The sum of 1..n, each half of the range by a thread of its own.
struct range {
    int64_t first, last;
};

static void *sum(void *arg)
{
    const struct range *range = arg;
    if (range->first == range->last) {
        return (void *)range->first;
    }
    int64_t middle = (range->first + range->last) / 2;
    struct range halves[2] = {{range->first, middle},
                              {middle + 1, range->last}};
    weft_thread threads[2];
    int64_t total = 0;
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(weft_create(&threads[i], NULL, sum, &halves[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        void *part;
        CHECK_EQ(weft_join(threads[i], &part), 0);
        total += (int64_t)part;
    }
    return (void *)total;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread thread;
    void *value = NULL;
    (void)envp;
    if (is_case(argc, argv, "return")) {
        CHECK_EQ(weft_create(&thread, NULL, give_back, &thread), 0);
        CHECK_EQ(weft_join(thread, &value), 0);
        CHECK_EQ(value, &thread);
    } else if (is_case(argc, argv, "exit")) {
        CHECK_EQ(weft_create(&thread, NULL, exit_deep, &thread), 0);
        CHECK_EQ(weft_join(thread, &value), 0);
        CHECK_EQ(value, &thread);
    } else if (is_case(argc, argv, "null")) {
        for (int i = 1; i <= 100; i++) {
            CHECK_EQ(weft_create(&thread, NULL, touch, NULL), 0);
            CHECK_EQ(weft_join(thread, NULL), 0);
            CHECK_EQ(touched, i);
        }
    } else if (is_case(argc, argv, "tree")) {
        struct range all = {1, 64};
        CHECK_EQ(sum(&all), 64 * 65 / 2);
    } else {
        CHECK(!"return, exit, null or tree");
    }
    return 0;
}
