// SPDX-License-Identifier: MIT
// queue.c - see queue.h.
//
// The jobs stand in a ring, which is all the memory that fwsum needs for any
// number of files. Those that wait are also in a heap, the largest on top. There
// are two ways to sleep, each on a futex word:
//
//   A worker without work sleeps on `changes`, a counter that moves, under the
//   lock, with each job added and with closing. It reads the counter under the
//   lock, finding the heap empty: so whatever comes later moves it on, and the
//   kernel refuses to let it sleep.
//
//   The main thread sleeps on the state of the one job it must report next:
//
//     state     meaning                             left by
//     PENDING   not done                            doer: T2, main thread: T1
//     AWAITED   not done, the main thread may sleep doer: T2
//     DONE      result is there
//
//   T1 and T2 are single atomic steps on one word, so either T2 sees AWAITED and
//   wakes, or T1 sees DONE and does not sleep.
#include "queue.h"
#include "sys.h"

enum { PENDING, AWAITED, DONE };
enum { UNLOCKED, LOCKED, CONTENDED };

// The main thread's own.
static struct job ring[QUEUE_SIZE];
static uint32_t first, end; // numbers of the oldest job and of the next one
static uint32_t untaken;    // all before it are taken

// Atomic: what protects the rest.
static uint32_t lock_word;

// Guarded by the lock.
static struct job *heap[QUEUE_SIZE];
static int waiting; // how many are in it
static uint32_t sleepers;
static bool closed;
// Written under the lock, read by the kernel as well.
static uint32_t changes;

// A lock that makes no system call while nobody waits. CONTENDED: somebody may
// be asleep.
static void lock(void)
{
    uint32_t unlocked = UNLOCKED;

    // acquire: pairs with unlock
    if (__atomic_compare_exchange_n(&lock_word, &unlocked, LOCKED, false,
                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return;
    }
    // acquire: pairs with unlock
    while (__atomic_exchange_n(&lock_word, CONTENDED, __ATOMIC_ACQUIRE) !=
           UNLOCKED) {
        sys_futex_wait(&lock_word, CONTENDED, WEFT_FOREVER);
    }
}

static void unlock(void)
{
    // release: the next holder sees what was done under the lock
    if (__atomic_exchange_n(&lock_word, UNLOCKED, __ATOMIC_RELEASE) ==
        CONTENDED) {
        sys_futex_wake(&lock_word, 1);
    }
}

// ---- The heap: entry i is not smaller than entries 2i + 1 and 2i + 2 ----

static bool goes_before(const struct job *a, const struct job *b)
{
    // Of equal ones the older first; the difference is right when numbers wrap.
    return a->size != b->size ? a->size > b->size
                              : (int32_t)(a->number - b->number) < 0;
}

static void put_at(int i, struct job *job)
{
    heap[i] = job;
    job->place = i;
}

// Puts job into the hole at i, or where it belongs above or below.
static void settle(int i, struct job *job)
{
    while (i > 0 && goes_before(job, heap[(i - 1) / 2])) {
        put_at(i, heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    for (int child; (child = 2 * i + 1) < waiting; i = child) {
        if (child + 1 < waiting && goes_before(heap[child + 1], heap[child])) {
            child++;
        }
        if (!goes_before(heap[child], job)) {
            break;
        }
        put_at(i, heap[child]);
    }
    put_at(i, job);
}

static void take_from_heap(struct job *job)
{
    int hole = job->place;

    waiting--;
    if (hole < waiting) {
        settle(hole, heap[waiting]);
    }
    job->place = NOT_WAITING;
}

// ---- For the main thread ----

bool queue_is_full(void)
{
    return end - first == QUEUE_SIZE;
}

bool queue_is_empty(void)
{
    return end == first;
}

struct job *queue_next(void)
{
    struct job *job = &ring[end % QUEUE_SIZE];

    *job = (struct job){.number = end};
    return job;
}

int queue_add(struct job *job)
{
    bool wake = false;
    int count;

    end++;
    job->place = job->is_input ? FOR_MAIN_THREAD : NOT_WAITING;
    job->state = job->bad_line != 0 ? DONE : PENDING;
    lock();
    if (!job->is_input && job->bad_line == 0) {
        settle(waiting++, job);
        changes++;
        wake = sleepers > 0;
    }
    count = waiting;
    unlock();
    if (wake) {
        sys_futex_wake(&changes, 1);
    }
    return count;
}

struct job *queue_oldest(void)
{
    return &ring[first % QUEUE_SIZE];
}

void queue_remove_oldest(void)
{
    if (untaken == first) {
        untaken++;
    }
    first++;
}

struct job *queue_take_oldest(void)
{
    struct job *taken = NULL;

    lock();
    while (untaken != end && taken == NULL) {
        struct job *job = &ring[untaken % QUEUE_SIZE];
        if (job->place == FOR_MAIN_THREAD && untaken != first) {
            break; // nobody reads standard input before its turn
        }
        untaken++;
        if (job->place == FOR_MAIN_THREAD) {
            job->place = NOT_WAITING;
            taken = job;
        } else if (job->place != NOT_WAITING) {
            take_from_heap(job);
            taken = job;
        }
    }
    unlock();
    return taken;
}

void queue_await(struct job *job, int64_t timeout_ns)
{
    uint32_t pending = PENDING;

    // T1. Or it is AWAITED still, after a wait that ended too early; or DONE.
    __atomic_compare_exchange_n(&job->state, &pending, AWAITED, false,
                                __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    sys_futex_wait(&job->state, AWAITED, timeout_ns);
}

void queue_close(void)
{
    lock();
    closed = true;
    changes++;
    unlock();
    sys_futex_wake(&changes, INT32_MAX);
}

// ---- For workers ----

struct job *queue_take_largest(void)
{
    struct job *job = NULL;

    lock();
    while (waiting == 0 && !closed) {
        uint32_t seen = changes;
        sleepers++;
        unlock();
        sys_futex_wait(&changes, seen, WEFT_FOREVER);
        lock();
        sleepers--;
    }
    if (waiting > 0) {
        job = heap[0];
        take_from_heap(job);
    }
    unlock();
    return job;
}

// ---- For both ----

void queue_done(struct job *job)
{
    // T2. release: pairs with queue_is_done
    if (__atomic_exchange_n(&job->state, DONE, __ATOMIC_RELEASE) == AWAITED) {
        sys_futex_wake(&job->state, 1);
    }
}

bool queue_is_done(const struct job *job)
{
    // acquire: the result is seen as well; pairs with T2
    return __atomic_load_n(&job->state, __ATOMIC_ACQUIRE) == DONE;
}
