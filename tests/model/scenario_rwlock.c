// SPDX-License-Identifier: MIT
// scenario_rwlock.c - weft/rwlock.h, src/rwlock.c, src/rwlock_shared.c: readers
// together, writers alone, nobody starves, nothing is touched after the unlock, and
// those who are not there any more keep nobody waiting (L40).
#include <weft/error.h>
#include <weft/rwlock.h>
#include <weft/thread.h>
#include "model.h"
#include "rwlock.h"
#include "selves.h"
#include "spin_wait.h"
#include "thread.h"

const char model_primitive[] = "rwlock";
const char model_sources[] = "rwlock.h rwlock.c rwlock_shared.c";

static weft_rwlock *lock;
// volatile: read and written as often as is said here.
static volatile int data, writers;

static void begin(void)
{
    begin_selves();
    lock = model_alloc(sizeof *lock);
    model_name(lock, sizeof *lock, "rwlock");
    model_name((const void *)&data, sizeof data, "data");
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
    REQUIRE((lock->state & ~SHARED) == 0);
    REQUIRE(lock->state != 0 || lock->queue.word == 0);
    REQUIRE(lock->state == 0 || lock->shared < 4); // nobody has it
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

static void begin_three_shared(void)
{
    begin_shared();
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

// ---- Kinds: readers beside readers, a writer before readers ----

static uint32_t is_in;

static void reads_beside(void)
{
    REQUIRE(weft__rwlock_rdlock(lock, WEFT__NEVER, BESIDE_READERS) == 0);
    look();
    weft__store_release(&is_in, 1);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

// A reader that waits for another one, while a writer waits for it.
static void reads_until_another_has(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    model_until_asleep(1);
    while (weft__load_acquire(&is_in) == 0) {
        weft__spin_pause();
    }
    REQUIRE(weft__rwlock_tryrdlock(lock, BESIDE_READERS) == 0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void unlocks_to_the_writer(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    both_wait = model_until_asleep(1) && model_until_asleep(2);
    REQUIRE(weft__rwlock_unlock(lock, TO_WRITER) == 0);
}

static void writes_before_the_reader(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    REQUIRE(!both_wait || read_by == 0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

// ---- In the child of a fork ----

static void works_alone(void)
{
    REQUIRE(weft_rwlock_tryrdlock(lock) == 0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    REQUIRE(weft_rwlock_tryrdlock(lock) == WEFT_EBUSY);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    REQUIRE(weft_rwlock_wrlock_until(lock, 1000) == WEFT_ETIMEDOUT);
    REQUIRE(weft_rwlock_rdlock_until(lock, 1000) == 0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    REQUIRE(lock->state == 0 && lock->queue.word == 0);
}

static void forks_as_writer(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    model_fork();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    works_alone();
}

static void forks_as_reader(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    model_fork();
    REQUIRE(weft_rwlock_tryrdlock(lock) == 0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    works_alone();
}

// It stays locked if another has it: only what is not so is asked for.
static uint64_t held_by_others;

static void forks_without_it(void)
{
    model_fork();
    held_by_others = weft__load64_relaxed(&lock->state) & (WRITER | READERS);
    if (held_by_others == 0) {
        REQUIRE(weft_rwlock_rdlock(lock) == 0);
        REQUIRE(weft_rwlock_unlock(lock) == 0);
        works_alone();
    }
}

// Waits while a handler forks: the child's thread goes on by itself, if it can.
MODEL_LOOKER static int another_has_it(unsigned thread)
{
    (void)thread;
    return (lock->state & (WRITER | READERS)) != 0;
}

static void reads_in_either(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    look();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

// Nobody else reads: it has left no trace of a reader.
static void reads_in_either_alone(void)
{
    reads_in_either();
    REQUIRE((weft__load64_relaxed(&lock->state) & READERS) == 0);
}

// A writer that goes on when the one that waits has been handed the lock, or let in:
// if that one forks, it has the lock in the child.
static volatile int hands_over;

MODEL_LOOKER static int another_writes(unsigned thread)
{
    (void)thread;
    const uint64_t who = lock->state & (WRITER | WAITS);
    return who == (WRITER | WAITS) || (who == WRITER && !hands_over);
}

MODEL_LOOKER static int any_writes(unsigned thread)
{
    (void)thread;
    return (lock->state & WRITER) != 0;
}

static void hands_it_over(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    change();
    hands_over = model_until_asleep(0);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void writes_in_either(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    change();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

// Several come at once to what ghosts have left: in the queue, waiting, announced.
static void ghosts_wait(void)
{
    begin();
    weft__fork_generation = 1;
    lock->state = 2 * WAITER;
    lock->queue.word = 1;
}

static void ghosts_came_first(void)
{
    ghosts_wait();
    lock->state = WRITER | CLOSED | WAITS | WAITER;
}

static void unlocks_for_another(void)
{
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    writes();
}

// ---- Between processes: killed ----

static int inside[MODEL_THREADS];

MODEL_LOOKER static int has_it(unsigned thread)
{
    return inside[thread] && lock->shared >= 4; // else it has just left
}

static void reads_or_is_killed(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    inside[model_self()] = 1;
    look();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    inside[model_self()] = 0;
}

static void writes_or_is_killed(void)
{
    REQUIRE(weft_rwlock_wrlock(lock) == 0);
    inside[model_self()] = 1;
    change();
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    inside[model_self()] = 0;
}

static void writes_until_or_is_killed(void)
{
    int error = weft_rwlock_wrlock_until(lock, 1000);
    REQUIRE(error == 0 || error == WEFT_ETIMEDOUT);
    if (error == 0) {
        inside[model_self()] = 1;
        change();
        REQUIRE(weft_rwlock_unlock(lock) == 0);
        inside[model_self()] = 0;
    }
}

static void tries_until_it_has(void)
{
    int error;
    while ((error = weft_rwlock_tryrdlock(lock)) == WEFT_EBUSY) {
        weft__spin_pause();
    }
    REQUIRE(error == 0);
    inside[model_self()] = 1;
    REQUIRE(weft_rwlock_unlock(lock) == 0);
    inside[model_self()] = 0;
}

// While others read, a reader does not join before a writer that waits.
static void reads_and_is_not_joined(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    int waits = model_until_asleep(1);
    REQUIRE(!waits || weft_rwlock_tryrdlock(lock) == WEFT_EBUSY);
    REQUIRE(weft_rwlock_trywrlock(lock) == WEFT_EBUSY);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

// Who reads after a writer, whose wish for it has passed.
static void writes_and_reads(void)
{
    writes();
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    model_until_asleep(1);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

// A reader that waits for another one, and a writer between that gives up.
static void reads_until_another_may(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    while (weft__load_acquire(&is_in) == 0) {
        weft__spin_pause();
    }
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void gives_up(void)
{
    if (weft_rwlock_wrlock_until(lock, 1000) == 0) {
        REQUIRE(weft_rwlock_unlock(lock) == 0);
    }
}

static void reads_behind(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == 0);
    weft__store_release(&is_in, 1);
    REQUIRE(weft_rwlock_unlock(lock) == 0);
}

static void many_read(void)
{
    begin_shared();
    lock->shared = WEFT_RWLOCK_READERS_MAX * 8;
}

static void is_one_too_many(void)
{
    REQUIRE(weft_rwlock_rdlock(lock) == WEFT_EAGAIN);
    REQUIRE(weft_rwlock_tryrdlock(lock) == WEFT_EAGAIN);
    lock->shared = 0;
    REQUIRE(weft_rwlock_unlock(lock) == WEFT_EPERM);
}

#define RW(NAME, PROVES, ...)                                                  \
    .name = NAME, .proves = PROVES, .setup = begin, .finish = is_free,         \
    .threads = {__VA_ARGS__}

#define GONE(NAME, PROVES, SETUP, ...)                                         \
    .name = NAME, .proves = PROVES, .setup = SETUP, .threads = {__VA_ARGS__}

const struct scenario model_scenarios[] = {
    {RW("reader_writer", "a reader and a writer, twice each", reads_twice,
        writes_twice),
     .preemptions = 3, .old_reads = 2, .spurious = 1},
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
    {RW("beside", "a reader that waits for another one, and a writer between",
        reads_until_another_has, writes, reads_beside),
     .preemptions = 2, .old_reads = 1},
    {RW("to_writer", "an unlock in favour of the writer", unlocks_to_the_writer,
        writes_before_the_reader, is_let_in),
     .preemptions = 1, .old_reads = 1},
    {GONE("fork_writer", "a fork by the writer, whoever waits", begin,
          forks_as_writer, writes, reads),
     .preemptions = 2, .old_reads = 1},
    {GONE("fork_two_writers", "whichever of the writers has the queue", begin,
          forks_as_writer, writes, writes),
     .preemptions = 2, .old_reads = 1},
    {GONE("fork_reader", "a fork by a reader, whoever waits", begin,
          forks_as_reader, writes, writes),
     .preemptions = 2, .old_reads = 1},
    {GONE("fork_free", "a fork by one who has not got it", begin,
          forks_without_it, writes, writes),
     .preemptions = 2, .old_reads = 1},
    {GONE("fork_in_a_wait_to_read", "a handler forks where its thread waits",
          begin, reads_in_either, writes, reads),
     .preemptions = 1, .old_reads = 1, .fork = 1, .held = another_has_it},
    {GONE("fork_in_a_wait_to_write", "and where it waits to write", begin,
          writes_in_either, writes, writes),
     .preemptions = 1, .old_reads = 1, .fork = 1, .held = another_has_it},
    {GONE("fork_when_handed_over", "or just when it was handed the lock", begin,
          writes_in_either, hands_it_over),
     .preemptions = 3, .old_reads = 1, .fork = 1, .held = another_writes},
    {GONE("fork_when_let_in", "or let in", begin, reads_in_either_alone,
          hands_it_over),
     .preemptions = 3, .old_reads = 1, .fork = 1, .held = any_writes},
    {GONE("ghosts", "several come to what a fork has left", ghosts_wait, writes,
          writes, reads),
     .finish = is_free, .preemptions = 1, .old_reads = 1},
    {GONE("ghosts_and_holder", "and one of them has it", ghosts_came_first,
          unlocks_for_another, writes, reads),
     .finish = is_free, .preemptions = 1, .old_reads = 1},
    {.name = "shared_spurious",
     .proves = "between processes, woken for no reason",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {reads_twice, writes_twice},
     .preemptions = 3,
     .old_reads = 2,
     .spurious = 1},
    {.name = "shared_last_one_frees",
     .proves = "between processes, nothing is touched after the unlock",
     .setup = begin_three_shared,
     .threads = {writer_leaves, writer_leaves, writer_leaves},
     .preemptions = 2,
     .old_reads = 1},
    {.name = "shared_wish",
     .proves = "readers do not join while a writer waits",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {reads_and_is_not_joined, writes, reads},
     .preemptions = 2,
     .old_reads = 1},
    {.name = "shared_beside",
     .proves = "or do, if they are told to",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {reads_until_another_has, writes, reads_beside},
     .preemptions = 2,
     .old_reads = 1},
    {.name = "shared_patient",
     .proves = "no wake is left to a deadline",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {reads, writes, reads},
     .preemptions = 2,
     .old_reads = 1,
     .patient = 1},
    {.name = "shared_gives_up",
     .proves = "a writer that gives up lets the readers in",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {reads, writes_until, reads},
     .preemptions = 2,
     .old_reads = 1},
    {.name = "shared_reader_gives_up",
     .proves = "a reader that gives up leaves no trace",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {reads_until, writes, reads},
     .preemptions = 2,
     .old_reads = 1},
    {.name = "shared_wish_passes",
     .proves = "who reads in spite of a wish sees what was written",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {writes_and_reads, writes, reads},
     .preemptions = 1,
     .old_reads = 1},
    {.name = "shared_let_in",
     .proves = "a writer that gives up tells the readers behind it",
     .setup = begin_shared,
     .finish = is_free,
     .threads = {reads_until_another_may, gives_up, reads_behind},
     .preemptions = 1,
     .old_reads = 1},
    {.name = "shared_too_many",
     .proves = "one reader too many, and an unlock by nobody",
     .setup = many_read,
     .threads = {is_one_too_many}},
    {GONE("killed_writers", "a writer is killed, wherever it is", begin_shared,
          writes_or_is_killed, writes_or_is_killed, reads_or_is_killed),
     .preemptions = 2, .old_reads = 1, .vanish = 1, .patient = 1, .patience = 1,
     .held = has_it},
    {GONE("killed_readers", "or a reader", begin_shared, reads_or_is_killed,
          reads_or_is_killed, writes_or_is_killed),
     .preemptions = 2, .old_reads = 1, .vanish = 1, .patient = 1, .patience = 1,
     .held = has_it},
    {GONE("killed_giving_up", "or one that gives up", begin_shared,
          reads_or_is_killed, writes_until_or_is_killed, reads_or_is_killed),
     .preemptions = 2, .old_reads = 1, .vanish = 1, .patient = 1, .patience = 2,
     .held = has_it},
    {GONE("killed_and_tried", "who only tries is not kept out by the dead",
          begin_shared, reads_or_is_killed, writes_or_is_killed,
          tries_until_it_has),
     .preemptions = 1, .old_reads = 1, .vanish = 1, .patient = 1, .patience = 1,
     .held = has_it},
    {0},
};
