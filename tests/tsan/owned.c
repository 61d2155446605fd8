// SPDX-License-Identifier: MIT
// owned.c - mutexes with an owner under ThreadSanitizer, each kind locked in every
// way: recursive, with deadlines, waited with, freed by the last one, left behind
// by an owner that ends.
//
// Those that the kernel hands over (priority inheritance, robust) change hands
// where ThreadSanitizer can not see it. That the kernel orders the two owners is
// said to it here: the calls are wrapped.
#include "host.h"
#include <sanitizer/tsan_interface.h>
#include "futex_pi.h"

enum { THREADS = 4, ROUNDS = 400 };

// ---- what the kernel orders ----

long __real_weft__futex_lock_pi(uint32_t *word, struct weft__deadline deadline,
                                unsigned flags);
long __real_weft__futex_trylock_pi(uint32_t *word, unsigned flags);
long __real_weft__futex_unlock_pi(uint32_t *word, unsigned flags);
long __wrap_weft__futex_lock_pi(uint32_t *word, struct weft__deadline deadline,
                                unsigned flags);
long __wrap_weft__futex_trylock_pi(uint32_t *word, unsigned flags);
long __wrap_weft__futex_unlock_pi(uint32_t *word, unsigned flags);

static long taken(uint32_t *word, long result)
{
    if (result == 0) {
        __tsan_acquire(word);
    }
    return result;
}

long __wrap_weft__futex_lock_pi(uint32_t *word, struct weft__deadline deadline,
                                unsigned flags)
{
    return taken(word, __real_weft__futex_lock_pi(word, deadline, flags));
}

long __wrap_weft__futex_trylock_pi(uint32_t *word, unsigned flags)
{
    return taken(word, __real_weft__futex_trylock_pi(word, flags));
}

long __wrap_weft__futex_unlock_pi(uint32_t *word, unsigned flags)
{
    __tsan_release(word);
    return __real_weft__futex_unlock_pi(word, flags);
}

// ---- the kinds ----

static const struct kind {
    int kind;
    uint32_t flags;
} kinds[] = {
    {WEFT_ERRORCHECK, 0},
    {WEFT_RECURSIVE, 0},
    {WEFT_NORMAL, 0},
    {WEFT_RECURSIVE, WEFT_SHARED},
    {WEFT_RECURSIVE, WEFT_PRIO_INHERIT},
    {WEFT_ERRORCHECK, WEFT_PRIO_INHERIT | WEFT_SHARED},
    {WEFT_NORMAL, WEFT_ROBUST},
    {WEFT_RECURSIVE, WEFT_ROBUST | WEFT_SHARED},
};

static const struct kind *now;

static struct counted {
    weft_owned_mutex lock;
    weft_cond changed;
    int users;
    int count;
} * counted;

static int lock_somehow(void)
{
    switch (lot(4)) {
    case 0:
        return weft_owned_mutex_trylock(&counted->lock);
    case 1:
        return weft_owned_mutex_lock_for(&counted->lock, lot(50000));
    default:
        return weft_owned_mutex_lock(&counted->lock);
    }
}

// Whether it is held; what a dead owner has left is mended.
static int is_held(int error)
{
    if (error == WEFT_EOWNERDEAD) {
        error = weft_owned_mutex_consistent(&counted->lock);
        MUST(error == 0);
    }
    MUST(error == 0 || error == WEFT_EBUSY || error == WEFT_ETIMEDOUT);
    return error == 0;
}

static void unlock(void)
{
    MUST(weft_owned_mutex_unlock(&counted->lock) == 0);
}

// Holding it: what the kind has of its own.
static void work(void)
{
    if (now->kind == WEFT_RECURSIVE) {
        MUST(weft_owned_mutex_lock(&counted->lock) == 0);
    } else {
        MUST(weft_owned_mutex_trylock(&counted->lock) == WEFT_EBUSY);
    }
    counted->count++;
    if (lot(8) == 0) { // gives it up as a whole, and has it again
        is_held(weft_cond_wait_owned_for(&counted->changed, &counted->lock,
                                         lot(50000)));
    }
    weft_cond_broadcast(&counted->changed);
    counted->count++;
    sometimes_yield(10);
    if (now->kind == WEFT_RECURSIVE) {
        unlock();
    }
}

// The first to leave a robust one takes it along; the last one frees it.
static void leave(void)
{
    MUST(is_held(weft_owned_mutex_lock(&counted->lock)));
    struct counted *mine = counted;
    int left = --mine->users;
    if ((now->flags & WEFT_ROBUST) && left == THREADS - 1) {
        return;
    }
    unlock();
    if (left == 0) {
        MUST(weft_owned_mutex_destroy(&mine->lock) == 0);
        free(mine);
    }
}

static void run(int me)
{
    (void)me;
    for (int i = 0; i < ROUNDS; i++) {
        if (is_held(lock_somehow())) {
            work();
            unlock();
        }
        sometimes_yield(10);
    }
    leave();
}

static int error_of_init;

// In a thread: the kernel is told of its robust mutexes at the first of them.
static void init(int me)
{
    (void)me;
    error_of_init =
        weft_owned_mutex_init(&counted->lock, now->kind, now->flags);
}

int main(void)
{
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        now = &kinds[i];
        counted = calloc(1, sizeof *counted);
        MUST(counted != NULL);
        together(1, init);
        MUST(error_of_init == 0 ||
             (error_of_init == WEFT_ENOTSUP && now->flags != 0));
        if (error_of_init == 0) {
            counted->users = THREADS;
            together(THREADS, run);
        } else {
            free(counted);
        }
    }
    return 0;
}
