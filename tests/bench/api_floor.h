// SPDX-License-Identifier: MIT
// api_floor.h - no library: for each operation the cheapest sequence of atomics
// and system calls that could do it. Nobody can be faster who does as much.
//
// It is no library that one could use. Threads are created by main only, on
// stacks from an array; there are no errors, no deadlines, no cancellation, no
// guard pages, nobody starves nobody only by luck, and a mutex must not be freed.
// What of it has a wait in it is in floor.c.
#ifndef API_FLOOR_H
#define API_FLOOR_H

#include "os.h"

#define API_MAIN int main(int argc, char **argv)

// ---- threads: clone, exit, and one futex wait to join ----

#define API_LIFE
typedef struct floor_thread *api_thread;

int api_create(api_thread *t, void *(*start)(void *), void *arg);
int api_create_detached(void *(*start)(void *), void *arg);
void api_join(api_thread t);
void api_recycle(unsigned max);

// ---- mutex: 0 free, 1 held, 2 held and somebody may sleep. One cas, one swap ----

#define API_MUTEX
typedef struct floor_mutex {
    uint32_t word;
} api_mutex;

void floor_lock_slow(uint32_t *word);

static inline int floor_cas(uint32_t *word, uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static inline void api_mutex_init(api_mutex *m)
{
    m->word = 0;
}

static inline void api_lock(api_mutex *m)
{
    if (!floor_cas(&m->word, 0, 1)) {
        floor_lock_slow(&m->word);
    }
}

static inline void api_unlock(api_mutex *m)
{
    if (__atomic_exchange_n(&m->word, 0, __ATOMIC_RELEASE) == 2) {
        os_futex_wake(&m->word, 1);
    }
}

// ---- mutexes with an owner: the word is a tid. Nobody waits for them here ----

#define API_OWNED
enum { API_RECURSIVE, API_ERRORCHECK, API_ROBUST, API_PI, API_KINDS };
typedef struct floor_owned {
    uint32_t word;
    int kind;
    uint32_t depth;
    void *next; // of those held by this thread, for the kernel
} api_owned;

extern _Thread_local uint32_t floor_tid;
extern _Thread_local struct floor_held {
    void *first, *pending;
} floor_held;

static inline int api_owned_init(api_owned *m, int kind)
{
    *m = (api_owned){.kind = kind};
    return 0;
}

static inline void api_owned_lock(api_owned *m)
{
    if (m->kind == API_ROBUST) {
        floor_held.pending = m;
    }
    if (!floor_cas(&m->word, 0, floor_tid)) {
        os_fail("somebody holds it");
    }
    if (m->kind == API_ROBUST) {
        m->next = floor_held.first;
        floor_held.first = m;
        floor_held.pending = NULL;
    } else if (m->kind == API_RECURSIVE) {
        m->depth = 1;
    }
}

static inline void api_owned_unlock(api_owned *m)
{
    if (m->word != floor_tid || (m->kind == API_RECURSIVE && --m->depth > 0)) {
        return;
    }
    if (m->kind == API_ROBUST) {
        floor_held.pending = m;
        floor_held.first = m->next;
    }
    if (m->kind == API_PI) { // the kernel may have set a bit: a cas
        uint32_t tid = floor_tid;
        __atomic_compare_exchange_n(&m->word, &tid, 0, 0, __ATOMIC_RELEASE,
                                    __ATOMIC_RELAXED);
    } else {
        __atomic_exchange_n(&m->word, 0, __ATOMIC_RELEASE);
    }
    if (m->kind == API_ROBUST) {
        floor_held.pending = NULL;
    }
}

// ---- condition variable: a counter to sleep on, and how many wait ----

#define API_COND
typedef struct floor_cond {
    uint32_t count, waiters;
} api_cond;

void api_cond_wait(api_cond *c, api_mutex *m);

static inline void api_cond_init(api_cond *c)
{
    *c = (api_cond){0, 0};
}

static inline void floor_cond_wake(api_cond *c, int many)
{
    if (__atomic_load_n(&c->waiters, __ATOMIC_RELAXED) != 0) {
        __atomic_fetch_add(&c->count, 1, __ATOMIC_RELEASE);
        os_futex_wake(&c->count, many);
    }
}

#define api_signal(c)    floor_cond_wake(c, 1)
#define api_broadcast(c) floor_cond_wake(c, INT32_MAX)

// ---- semaphore: a value and who waits for it; one atomic step each ----

#define API_SEM
typedef struct floor_sem {
    uint64_t word; // waiters above the value
} api_sem;

void floor_sem_wait(api_sem *s);
void floor_sem_wake(api_sem *s);

static inline void api_sem_init(api_sem *s, uint32_t value)
{
    s->word = value;
}

static inline void api_post(api_sem *s)
{
    if (__atomic_fetch_add(&s->word, 1, __ATOMIC_RELEASE) >> 32 != 0) {
        floor_sem_wake(s);
    }
}

static inline int floor_sem_try(api_sem *s)
{
    uint64_t seen = __atomic_load_n(&s->word, __ATOMIC_RELAXED);
    return (uint32_t)seen != 0 &&
           __atomic_compare_exchange_n(&s->word, &seen, seen - 1, 0,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void api_take(api_sem *s)
{
    if (!floor_sem_try(s)) {
        floor_sem_wait(s);
    }
}

// ---- read-write lock: readers, or FLOOR_WRITER. One atomic step each ----

#define API_RWLOCK
#define FLOOR_WRITER 0x40000000u
#define FLOOR_WAITED 0x80000000u // somebody may be asleep
typedef struct floor_rwlock {
    uint32_t word;
} api_rwlock;

void floor_rwlock_slow(api_rwlock *l, uint32_t amount);

static inline void api_rwlock_init(api_rwlock *l)
{
    l->word = 0;
}

static inline void api_read_lock(api_rwlock *l)
{
    if (__atomic_fetch_add(&l->word, 1, __ATOMIC_ACQUIRE) >= FLOOR_WRITER) {
        floor_rwlock_slow(l, 1);
    }
}

static inline void api_write_lock(api_rwlock *l)
{
    if (!floor_cas(&l->word, 0, FLOOR_WRITER)) {
        floor_rwlock_slow(l, FLOOR_WRITER);
    }
}

static inline void floor_rwlock_unlock(api_rwlock *l, uint32_t amount)
{
    uint32_t seen = __atomic_fetch_sub(&l->word, amount, __ATOMIC_RELEASE);
    if (seen == (FLOOR_WAITED | amount)) {
        __atomic_fetch_and(&l->word, ~FLOOR_WAITED, __ATOMIC_RELAXED);
        os_futex_wake(&l->word, INT32_MAX);
    }
}

#define api_read_unlock(l)  floor_rwlock_unlock(l, 1)
#define api_write_unlock(l) floor_rwlock_unlock(l, FLOOR_WRITER)

// ---- barrier: a counter of arrivals, and a round to sleep on ----

#define API_BARRIER
typedef struct floor_barrier {
    uint32_t threads, arrived, round;
} api_barrier;

void api_barrier_wait(api_barrier *b);

static inline void api_barrier_init(api_barrier *b, uint32_t threads)
{
    *b = (api_barrier){.threads = threads};
}

// ---- one load each, or one store ----

#define API_ONCE
typedef uint32_t api_once_flag;
#define API_ONCE_INIT 0

static inline void api_once(api_once_flag *flag, void (*function)(void))
{
    if (__atomic_load_n(flag, __ATOMIC_ACQUIRE) == 0) {
        function();
        __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
    }
}

#define API_KEY
typedef uint32_t api_key;
extern _Thread_local void *floor_values[16];

static inline int api_key_create(api_key *key)
{
    *key = 1;
    return 0;
}

static inline void *api_key_get(api_key key)
{
    return floor_values[key % 16];
}

static inline int api_key_set(api_key key, void *value)
{
    floor_values[key % 16] = value;
    return 0;
}

#define api_self() __builtin_thread_pointer()

#endif
