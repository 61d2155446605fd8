// SPDX-License-Identifier: MIT
// model.h - what a scenario says, and what it may call. See README.md.
//
// A scenario is a handful of small threads over the library's real sources, and
// what must hold whatever the schedule. Its static variables begin each
// execution as the program's image has them, and every plain access to them is
// checked for data races, with nothing to be written in the scenario.
#ifndef MODEL_H
#define MODEL_H

#include <stddef.h>
#include <stdint.h>

enum { MODEL_THREADS = 4, NONE = 255 };

struct scenario {
    const char *name;
    const char *proves;
    // Run one after the other before and after all threads; may be NULL.
    void (*setup)(void), (*finish)(void);
    void (*threads[MODEL_THREADS])(void); // the first NULL ends the list
    // Bounds of one execution; 0 for all there are, NONE for none. Each step of
    // DEPTH adds one.
    unsigned preemptions; // switches away from a thread that could go on
    unsigned old_reads;   // loads that do not return the newest store
    // In one execution:
    unsigned spurious;   // sleeps that end for no reason
    unsigned interrupts; // sleeps that end by a signal handler
    unsigned spins;      // looks of a spin before it gives up and sleeps
    unsigned vanish;     // threads that are killed, anywhere (vanish.c)
    // Counted from 1: the thread that forks, in a signal handler before any of its
    // steps or in its sleep, and then goes on alone, as the child. 0: none.
    unsigned fork;
    // Whether a thread, which vanishes just now, has what the others wait for: then
    // they may wait for ever. A MODEL_LOOKER; NULL: it never has.
    int (*held)(unsigned thread);
    // The kernel may refuse what it is asked for (kernel.c).
    unsigned refusals : 1;
    // Who sleeps with a deadline polls: the deadline passes when something has
    // changed that the sleeper has looked at since its last sleep. (A sleep that
    // is begun anew would have executions without end, in which nothing happens.)
    unsigned polls : 1;
    // The .fork is in a sleep only.
    unsigned fork_asleep : 1;
    // Deadlines are long: none passes but so many, when nobody else can go on,
    // which tells that others are gone.
    unsigned patient : 1;
    unsigned patience;
    // That nobody can go on is an end like others, but without finish.
    unsigned may_hang : 1;
    // The kernel wakes in the order of arrival; otherwise in any order.
    unsigned fifo : 1;
    // Of the explorer's own tests: all the outcomes that there must be, with
    // spaces between them (finish reports each by model_outcome); or what the
    // violation that must be found has in its message.
    const char *outcomes, *violates;
};

extern const char model_primitive[];
// The files whose orders and wakes its scenarios have to prove necessary.
extern const char model_sources[];
extern const struct scenario model_scenarios[]; // ends with a NULL name

#define REQUIRE(condition)                                                     \
    ((condition) ? (void)0                                                     \
                 : model_fail("%s:%d: %s", model_base(__FILE__), __LINE__,     \
                              #condition))

// Ends the execution as a violation.
_Noreturn void model_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
// What came of the execution, in a scenario that lists its outcomes.
void model_outcome(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// A line in the calling thread's column of the trace.
void model_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

// What the trace calls the object at memory.
void model_name(const void *memory, size_t size, const char *name);

// Tracked memory. Nothing is used again in one execution, so that what is still
// used after model_free is found. Fresh memory is zero.
void *model_alloc(size_t size);
void model_free(void *memory, size_t size);

// Which thread of the scenario is running: 0..MODEL_THREADS - 1.
unsigned model_self(void);

// Stands still until another thread sleeps on a futex, or has ended. Whether it
// sleeps.
int model_until_asleep(unsigned thread);

// How often the calling thread was woken from a sleep so far.
unsigned model_wakes(void);

// A branch that is explored both ways: 0..count - 1.
unsigned model_choose(unsigned count);

// Ends the calling thread, as a return from its function does.
_Noreturn void model_end(void);

// Goes on as the child of a fork, in which nobody else is.
void model_fork(void);

// Whether a thread was killed, or left behind by a fork.
int model_vanished(unsigned thread);

// A function of a scenario that looks on: its accesses are nobody's.
#define MODEL_LOOKER __attribute__((no_sanitize("thread")))

// Asks a thread to end at its next cancellation point.
void model_cancel(unsigned thread);

const char *model_base(const char *path); // without its directories

#endif
