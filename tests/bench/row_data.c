// SPDX-License-Identifier: MIT
// row_data.c - what a thread asks for all the time: has it been done, which are
// my values, who am I.
#include "bench.h"

#ifdef API_ONCE

static api_once_flag flag = API_ONCE_INIT;

static void set_up(void)
{
    KEEP(&flag);
}

static void once_done(struct run *run)
{
    api_once(&flag, set_up);
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_once(&flag, set_up);
        KEEP(&flag);
    }
    run_end(run);
}

#endif

#ifdef API_KEY

static api_key key;

static void have_key(void)
{
    static int have;
    if (!have) {
        must(api_key_create(&key));
        have = 1;
    }
}

static void key_get(struct run *run)
{
    have_key();
    must(api_key_set(key, run));
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        KEEP(api_key_get(key));
    }
    run_end(run);
}

static void key_set(struct run *run)
{
    have_key();
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        KEEP(api_key_set(key, run));
    }
    run_end(run);
}

static void self(struct run *run)
{
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        KEEP(api_self());
    }
    run_end(run);
}

#endif

const struct row data_rows[] = {
#ifdef API_ONCE
    {"once_done", once_done, 0, 0},
#endif
#ifdef API_KEY
    {"key_get", key_get, 0, 0},
    {"key_set", key_set, 0, 0},
    {"self", self, 0, 0},
#endif
    {0},
};
