// SPDX-License-Identifier: MIT
// floor.c - the parts of the floor that wait. See api_floor.h.
//
// Who waits looks a few times first, as long as there is a second CPU that could
// change what it looks at: when that helps it saves two system calls.
#include "api_floor.h"

enum { LOOKS = 100, STACK = 4096, STACKS = 20064, DETACHED = 128 };

#define THREAD_FLAGS                                                           \
    (0x00000100 /* VM */ | 0x00000200 /* FS */ | 0x00000400 /* FILES */ |      \
     0x00000800 /* SIGHAND */ | 0x00010000 /* THREAD */ |                      \
     0x00040000 /* SYSVSEM */ | 0x00100000 /* PARENT_SETTID */ |               \
     0x00200000 /* CHILD_CLEARTID */)

// Read once: main sets it before it creates a thread.
static unsigned looks(void)
{
    static unsigned known; // looks and 1 more
    if (known == 0) {
        unsigned long mask[16] = {0};
        unsigned bits = 0;
        arch_syscall3(SYS_sched_getaffinity, 0, sizeof mask, (long)mask);
        for (int i = 0; i < 16; i++) {
            bits += (unsigned)__builtin_popcountl(mask[i]);
        }
        known = bits > 1 ? LOOKS + 1 : 1;
    }
    return known - 1;
}

// Whether the word changed from value while it was looked at.
static int changes_soon(const uint32_t *word, uint32_t value)
{
    for (unsigned left = looks(); left > 0; left--) {
        if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value) {
            return 1;
        }
        arch_relax();
    }
    return 0;
}

// ---- threads ----

struct floor_thread {
    uint32_t tid; // 0 when the kernel has let go of the stack
    struct floor_thread *next_free;
    void *(*start)(void *);
    void *arg;
};

// The thread itself is at the top of its stack.
static _Alignas(STACK) char stacks[STACKS][STACK];
static struct floor_thread *free_threads;
static unsigned used;

static struct floor_thread *thread_on(unsigned stack)
{
    char *top = stacks[stack] + STACK;
    return (struct floor_thread *)(void *)(top - sizeof(struct floor_thread));
}

static struct floor_thread *get_thread(void)
{
    struct floor_thread *t = free_threads;
    if (t != NULL) {
        free_threads = t->next_free;
        return t;
    }
    return used < STACKS ? thread_on(used++) : NULL;
}

// arch/<arch>/thread.S
long weft__clone(unsigned long flags, void *sp, uint32_t *tid_word,
                 uint32_t *exit_word, void *tls, struct floor_thread *self);
_Noreturn void weft__thread_start(struct floor_thread *self);

_Noreturn void weft__thread_start(struct floor_thread *self)
{
    self->start(self->arg);
    for (;;) {
        arch_syscall3(SYS_exit, 0, 0, 0);
    }
}

static int start_on(struct floor_thread *t, void *(*start)(void *), void *arg)
{
    t->start = start;
    t->arg = arg;
    char *sp = (char *)t - (uintptr_t)t % 16;
    return weft__clone(THREAD_FLAGS, sp, &t->tid, &t->tid, NULL, t) < 0;
}

// ---- one kernel thread for all, one after the other ----

// 0 nothing, 1 happened, 2 nothing and somebody sleeps.
static void event_happens(uint32_t *event)
{
    if (__atomic_exchange_n(event, 1, __ATOMIC_RELEASE) == 2) {
        os_futex_wake(event, 1);
    }
}

static void event_await(uint32_t *event)
{
    if (!changes_soon(event, 0) && floor_cas(event, 0, 2)) {
        while (__atomic_load_n(event, __ATOMIC_ACQUIRE) == 2) {
            os_futex_wait(event, 2);
        }
    }
    __atomic_store_n(event, 0, __ATOMIC_RELAXED);
}

static struct floor_recycled {
    struct floor_thread *thread; // NULL: there is none
    uint32_t begins, ended;
    void *(*start)(void *);
    void *arg;
} recycled;

static void *run_one_after_the_other(void *arg)
{
    for (;;) {
        event_await(&recycled.begins);
        if (recycled.start == NULL) {
            return arg;
        }
        recycled.start(recycled.arg);
        event_happens(&recycled.ended);
    }
}

void api_recycle(unsigned max)
{
    if (max > 0) {
        recycled.thread = get_thread();
        start_on(recycled.thread, run_one_after_the_other, NULL);
        return;
    }
    struct floor_thread *t = recycled.thread;
    recycled.thread = NULL;
    recycled.start = NULL;
    event_happens(&recycled.begins);
    api_join(t);
}

// ---- create and join ----

int api_create(api_thread *t, void *(*start)(void *), void *arg)
{
    looks();
    if (recycled.thread != NULL) {
        *t = recycled.thread;
        recycled.start = start;
        recycled.arg = arg;
        event_happens(&recycled.begins);
        return 0;
    }
    *t = get_thread();
    return *t == NULL || start_on(*t, start, arg);
}

// On stacks of their own, one after the other: the one that is longest in use is
// likely to be free.
int api_create_detached(void *(*start)(void *), void *arg)
{
    static struct floor_thread *ring[DETACHED];
    static unsigned next;
    struct floor_thread **slot = &ring[next++ % DETACHED];
    if (*slot == NULL && (*slot = get_thread()) == NULL) {
        return 1;
    }
    while (__atomic_load_n(&(*slot)->tid, __ATOMIC_ACQUIRE) != 0) {
        os_yield();
    }
    return start_on(*slot, start, arg);
}

void api_join(api_thread t)
{
    if (t == recycled.thread) {
        event_await(&recycled.ended);
        return;
    }
    uint32_t tid;
    while ((tid = __atomic_load_n(&t->tid, __ATOMIC_ACQUIRE)) != 0) {
        arch_syscall4(SYS_futex, (long)&t->tid, 0, tid, 0); // not private
    }
    t->next_free = free_threads;
    free_threads = t;
}

// ---- locks ----

_Thread_local uint32_t floor_tid = 1;
_Thread_local struct floor_held floor_held;
_Thread_local void *floor_values[16];

void floor_lock_slow(uint32_t *word)
{
    if (changes_soon(word, 1) && floor_cas(word, 0, 1)) {
        return;
    }
    while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE) != 0) {
        os_futex_wait(word, 2);
    }
}

void floor_rwlock_slow(api_rwlock *l, uint32_t amount)
{
    if (amount == 1) {
        floor_rwlock_unlock(l, 1); // it was added in hope
    }
    // What keeps a reader out is a writer; a writer, anybody.
    const uint32_t others = amount == 1 ? FLOOR_WRITER : ~FLOOR_WAITED;
    for (unsigned left = looks();;) {
        uint32_t seen = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
        if ((seen & others) == 0) {
            if (floor_cas(&l->word, seen, seen + amount)) {
                return;
            }
        } else if (left > 0) {
            left--;
            arch_relax();
        } else if ((seen & FLOOR_WAITED) ||
                   floor_cas(&l->word, seen, seen | FLOOR_WAITED)) {
            os_futex_wait(&l->word, seen | FLOOR_WAITED);
        }
    }
}

// ---- waiting for each other ----

void api_cond_wait(api_cond *c, api_mutex *m)
{
    uint32_t seen = __atomic_load_n(&c->count, __ATOMIC_RELAXED);
    __atomic_fetch_add(&c->waiters, 1, __ATOMIC_RELAXED);
    api_unlock(m);
    if (!changes_soon(&c->count, seen)) {
        os_futex_wait(&c->count, seen);
    }
    __atomic_fetch_sub(&c->waiters, 1, __ATOMIC_RELAXED);
    api_lock(m);
}

void floor_sem_wait(api_sem *s)
{
    uint32_t *value = (uint32_t *)(void *)&s->word;
    changes_soon(value, 0);
    while (!floor_sem_try(s)) {
        __atomic_fetch_add(&s->word, (uint64_t)1 << 32, __ATOMIC_RELAXED);
        os_futex_wait(value, 0);
        __atomic_fetch_sub(&s->word, (uint64_t)1 << 32, __ATOMIC_RELAXED);
    }
}

void floor_sem_wake(api_sem *s)
{
    os_futex_wake((uint32_t *)(void *)&s->word, 1);
}

void api_barrier_wait(api_barrier *b)
{
    uint32_t round = __atomic_load_n(&b->round, __ATOMIC_RELAXED);
    if (__atomic_add_fetch(&b->arrived, 1, __ATOMIC_ACQ_REL) == b->threads) {
        __atomic_store_n(&b->arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&b->round, round + 1, __ATOMIC_RELEASE);
        os_futex_wake(&b->round, INT32_MAX);
    } else if (!changes_soon(&b->round, round)) {
        while (__atomic_load_n(&b->round, __ATOMIC_ACQUIRE) == round) {
            os_futex_wait(&b->round, round);
        }
    }
}
