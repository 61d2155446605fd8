// SPDX-License-Identifier: MIT
// detached_storm.c - detached threads end while signals rain on the process.
//
//     detached_storm ROUNDS [SEED]
//
// Four threads spawn detached ones that end at once, and a fifth sends SIGUSR1 to
// the process as fast as it can: the kernel picks a thread, often one on its last
// instructions. A thread that gives its own stack back before the kernel has left
// it for good dies in the handler's frame, or its successor finds it scribbled
// over; one with no data of its own any more shows a wrong self in the handler.
#include "support_rain.h"

enum { SPAWNERS = 4, CACHE = 64, ALIVE = 64 };

static int alive;
static int64_t handled;

static void handle(int sig, siginfo_t *info, void *context)
{
    volatile unsigned char frame[512]; // some use of the stack
    (void)info;
    (void)context;
    for (size_t i = 0; i < sizeof frame; i++) {
        frame[i] = (unsigned char)sig;
    }
    CHECK_EQ(weft_tid(weft_self()), sys(__NR_gettid));
    __atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
}

static void *vanish(void *arg)
{
    volatile uint64_t mine[32];
    for (int i = 0; i < 32; i++) {
        mine[i] = weft_self();
    }
    for (int i = 0; i < 32; i++) {
        CHECK_EQ(mine[i], weft_self());
    }
    __atomic_fetch_sub(&alive, 1, __ATOMIC_RELEASE);
    return arg;
}

struct job {
    int64_t rounds;
    uint64_t state;
};

static void *spawn(void *arg)
{
    struct job *job = arg;
    for (int64_t i = 0; i < job->rounds; i++) {
        const weft_attr attr = {
            .flags = WEFT_DETACHED,
            // Some sizes, so that blocks also come from and go to the kernel.
            .stack_size = (size_t)16384 << random_below(&job->state, 3),
        };
        weft_thread thread;
        while (__atomic_load_n(&alive, __ATOMIC_ACQUIRE) > ALIVE) {
            weft_yield();
        }
        __atomic_fetch_add(&alive, 1, __ATOMIC_RELAXED);
        CHECK_EQ(weft_create(&thread, &attr, vanish, NULL), 0);
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 1, 100);
    uint64_t state = random_start(argc, argv, 2);
    weft_thread spawners[SPAWNERS];
    struct rain rain = {.pause = 0};
    struct job jobs[SPAWNERS];
    long maps = maps_count();
    rain_begin(&rain, handle);
    for (int i = 0; i < SPAWNERS; i++) {
        jobs[i] = (struct job){rounds / SPAWNERS + 1, random_next(&state)};
        CHECK_EQ(weft_create(&spawners[i], NULL, spawn, &jobs[i]), 0);
    }
    for (int i = 0; i < SPAWNERS; i++) {
        CHECK_EQ(weft_join(spawners[i], NULL), 0);
    }
    until_equal(&alive, 0);
    rain_end(&rain);
    CHECK(handled > 0);
    // The cache, the dying that nobody has looked after yet, and a few tables.
    CHECK(maps_count() <= maps + 2 * (CACHE + ALIVE) + 8);
    return 0;
}
