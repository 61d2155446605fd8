// SPDX-License-Identifier: MIT
// scenario_rwlock.c - weft/rwlock.h, src/rwlock.c: readers together, writers
// alone, nobody starves, and nothing is touched after the unlock.
#include <weft/error.h>
#include <weft/rwlock.h>
#include <weft/thread.h>
#include "model.h"
#include "selves.h"

const char model_primitive[] = "rwlock";
const char model_sources[] = "rwlock.h rwlock.c";

static weft_rwlock *lock;
static int data, writers;

static void begin(void)
{
    begin_selves();
    lock = model_alloc(sizeof *lock);
    model_name(lock, sizeof *lock, "rwlock");
    model_name(&data, sizeof data, "data");
}

static void begin_shared(void)
{
    begin();
    REQUIRE(weft_rwlock_init(lock, WEFT_SHARED) == 0);
}

// Under the lock: plain accesses race if somebody is in here who must not be.
static void look(void)
{
    int before = data;
    REQUIRE(writers == 0 && data == before);
}

static void change(void)
{
    writers++;
    data++;
    writers--;
}

static void reads(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    look();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void writes(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    change();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void reads_twice(void)
{
    reads();
    reads();
}

static void writes_twice(void)
{
    writes();
    writes();
}

// A reader may come in once more while no writer waits.
static void reads_again_inside(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    look();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    look();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void tries_to_read(void)
{
    int error = weft_rwlock_tryrdlock(lock);
    REQUIRE(error == 0 || error == WEFT_EBUSY);
    if (error == 0) {
        look();
        REQUIRE(weft_rwlock_unlock(lock) == 0);
    }
}

static void tries_to_write(void)
{
    int error = weft_rwlock_trywrlock(lock);
    REQUIRE(error == 0 || error == WEFT_EBUSY);
    if (error == 0) {
        change();
        REQUIRE(weft_rwlock_unlock(lock) == 0);
    }
}

static void reads_until(void)
{
    int error = weft_rwlock_rdlock_until(lock, 1000);
    REQUIRE(error == 0 || error == WEFT_ETIMEDOUT);
    if (error == 0) {
        look();
        REQUIRE(weft_rwlock_unlock(lock) == 0);
    }
}

static void writes_until(void)
{
    int error = weft_rwlock_wrlock_until(lock, 1000);
    REQUIRE(error == 0 || error == WEFT_ETIMEDOUT);
    if (error == 0) {
        change();
        REQUIRE(weft_rwlock_unlock(lock) == 0);
    }
}

static void is_free(void)
{
    REQUIRE((lock->state & ~((uint64_t)1 << 63)) == 0);
    REQUIRE(lock->queue.word == 0);
}

// ---- Starvation ----

// Holds the lock until the writer sleeps; then nobody else gets in to read.
static void reads_while_a_writer_waits(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    int waits = model_until_asleep(1);
    REQUIRE(!waits || weft_rwlock_tryrdlock(lock) == WEFT_EBUSY);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    reads();
    REQUIRE(data == 1); // a reader that comes later comes after the writer
}

// Holds it until the readers sleep; the writer that waits does not come first.
static int read_by;

static void writes_while_a_reader_waits(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    model_until_asleep(1);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    REQUIRE(read_by == 1);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void is_let_in(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    read_by = 1;
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

// Holds it until a writer and a reader sleep; the reader comes next.
static int both_wait;

static void writes_while_both_wait(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    both_wait = model_until_asleep(1) && model_until_asleep(2);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void writes_after_the_reader(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    REQUIRE(!both_wait || read_by == 1);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

// ---- Freed by the last one ----

static int users;

static void begin_three(void)
{
    begin();
    users = 3;
}

static void leaves_for_good(int reader)
{
    static uint32_t left;
    REQUIRE((reader ? weft_rwlock_rdlock(lock) : weft_rwlock_wrlock(lock)) ==
            0);
    int last = (int)weft__add_relaxed(&left, 1) + 1 == users;
    // Who is last alone may free it: a writer that holds it.
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    if (last && !reader) {
        model_free(lock, sizeof *lock);
    }
}

static void writer_leaves(void)
{
    leaves_for_good(0);
}

#define RW(NAME, PROVES, ...)                                                  \
    .name = NAME, .proves = PROVES, .setup = begin, .finish = is_free,         \
    .threads = {__VA_ARGS__}

const struct scenario model_scenarios[] = {
    {RW("reader_writer", "a reader and a writer, twice each", reads_twice,
        writes_twice),
     .preemptions = 4, .old_reads = 2, .spurious = 1},
    {RW("writer_writer", "two writers", writes_twice, writes_twice),
     .preemptions = 3, .old_reads = 2, .spurious = 1},
    {RW("two_readers", "two readers and a writer", reads, reads, writes),
     .preemptions = 2, .old_reads = 2},
    {RW("two_writers", "two writers and a reader", writes, writes, reads),
     .preemptions = 2, .old_reads = 2},
    {RW("spins", "the same with a look before the sleep", writes, writes,
        reads),
     .preemptions = 1, .old_reads = 1, .spins = 1},
    {RW("four", "two of each", writes, writes, reads, reads), .preemptions = 1,
     .old_reads = 1},
    {.name = "shared",
     .proves = "between processes",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {writes, writes, reads},
     .preemptions = 2,
     .old_reads = 1},
    {RW("again", "a reader comes in twice", reads_again_inside, reads)},
    {RW("tries", "a try gets in or leaves no trace", tries_to_read,
        tries_to_write, writes),
     .preemptions = 2, .old_reads = 2},
    {RW("reader_gives_up", "a reader that gives up", reads_until, writes,
        reads),
     .preemptions = 2, .old_reads = 1},
    {RW("writer_gives_up", "a writer that gives up lets the readers in", reads,
        writes_until, reads),
     .preemptions = 2, .old_reads = 1},
    {RW("writers_give_up", "two writers that may give up", writes, writes_until,
        writes_until),
     .preemptions = 2, .old_reads = 1},
    {RW("writer_first", "readers do not overtake a writer that waits",
        reads_while_a_writer_waits, writes)},
    {RW("reader_next", "a waiting reader waits for one writer only",
        writes_while_a_reader_waits, is_let_in),
     .preemptions = 3, .old_reads = 2, .spurious = 1},
    {RW("reader_between", "waiting readers go before the next writer",
        writes_while_both_wait, writes_after_the_reader, is_let_in),
     .preemptions = 1, .old_reads = 1},
    {.name = "last_one_frees",
     .proves = "nothing is touched after the unlock",
     .setup = begin_three,
     .threads = {writer_leaves, writer_leaves, writer_leaves},
     .preemptions = 2,
     .old_reads = 1},
    {0},
};
