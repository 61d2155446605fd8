// SPDX-License-Identifier: MIT
// machine.h - what the parts of the explorer know of each other.
//
//   explore.c    the search: which choices are taken next, which states are known
//   run.c        one execution: who may go on, and who does
//   coroutine.c  stacks, and switching between them
//   access.c     atomics, one step each        memory.c  what a load may return
//   plain.c      races, and use after the end  frames.c  of what lies on stacks
//   watched.c    the memory where those count
//   sleep.c      futexes                       await.c   spinning
//   trace.c      what happened, in columns
//   kernel.c     clone, exit, memory           cancel.c  cancellation
//   signals.c    signals to a thread           vanish.c  killed, or left by a fork
//   outcome.c    what the explorer's own tests expect
//   mutant.c     each order weakened, each wake left out
//   main.c       the command line and the report
#ifndef MACHINE_H
#define MACHINE_H

#include "model.h"
#include "site.h"

// The scenario's threads, and the one that sets up and finishes.
enum { ALONE = MODEL_THREADS, PARTIES = MODEL_THREADS + 1 };
enum { LOCATIONS = 64, MESSAGES = 96 };

// ---- What a thread knows ----

struct knowledge {
    // For each thread, how far its program is known to have come.
    uint16_t clock[PARTIES];
    // For each location the oldest message that may still be read: an index into
    // its messages. 0 is what was there first.
    uint8_t view[LOCATIONS];
};

// ---- Threads ----

enum thread_state { ABSENT, READY, ASLEEP, AWAITING, DONE, VANISHED };

struct looked {
    uint8_t location, message;
};

struct thread {
    enum thread_state state;
    void (*entry)(void);
    struct knowledge now;      // holds for its next access
    struct knowledge acquired; // what an acquire fence would add
    struct knowledge released; // at its last release fence
    uint64_t history;          // hash of all it did and saw
    unsigned steps;            // with its index, the name of its last access

    // Its next step, and whether there is no sense in it before somebody else has
    // done something that it depends on (run.c).
    struct intent {
        uintptr_t address;
        unsigned size; // 0: it may depend on anything
        int writes;
    } next;
    int pointless;

    // While ASLEEP (sleep.c):
    uintptr_t word;
    unsigned flags;
    int timed;
    unsigned arrival; // for wakes in order
    unsigned wakes;   // how often it was woken
    int forks;        // its sleep has ended by a handler that forks
    long result;      // what the wait returns

    // Spinning (run.c): what it read since its last pause, and before that.
    struct looked looks[24], before[24];
    unsigned look_count, before_count;
    unsigned awaited;     // a thread to fall asleep, counted from 1; 0: none
    unsigned free_pauses; // pauses that are no awaits: a spin with a bound

    // cancel.c:
    int cancel_requested, cancel_disabled;
    struct weft_cleanup *cleanups; // newest first

    // The lowest address of each frame on its stack (frames.c).
    uintptr_t frames[64];
    unsigned depth;
};

extern struct thread model_threads[PARTIES];
extern unsigned model_current;

static inline struct thread *running(void)
{
    return &model_threads[model_current];
}

static inline uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

// The running thread has learnt something that its next steps depend on.
static inline void remember(uint64_t value)
{
    running()->history = mix(running()->history, value);
}

// ---- coroutine.c ----

enum { STACK_SIZE = 64 * 1024 };
extern char model_stacks[MODEL_THREADS][STACK_SIZE];
void coroutine_start(unsigned thread, void (*body)(void)); // when next entered
// Once: what would end the explorer (a wild pointer, say) is a violation.
void coroutine_catch_crashes(void);
// The running thread's body begins anew, at the bottom of its stack.
_Noreturn void coroutine_restart(void);
// From the explorer: run a thread, or a function on the explorer's own stack.
// Both return when it, or who was switched to, leaves.
void coroutine_enter(unsigned thread);
void coroutine_alone(void (*function)(void));
void coroutine_switch(unsigned from, unsigned to);
_Noreturn void coroutine_leave(void);

// ---- explore.c ----

struct result {
    int violated;
    uint64_t executions, states;
    char message[512];
    char path[4096]; // the choices of the violation, for replay
};

// All executions of one scenario; stops at the first violation.
void explore(const struct scenario *scenario, unsigned depth,
             struct result *result);
// The scenario that violates first, or NULL: all of them with no preemption, then
// all with one, and so on up to last_level.
enum { LAST_LEVEL = 3 };
const struct scenario *hunt(unsigned depth, unsigned last_level,
                            struct result *result);
// One execution by its choices, with a trace. Nonzero: a violation.
int replay(const struct scenario *scenario, const char *path);
// One of so many ways to go on: 0..count - 1. For choices that a thread's history
// shows some other way; scenarios have model_choose.
unsigned choose(unsigned count);
// Whether all choices of before have been repeated: the state here is new,
// unless it is known.
int on_new_ground(void);
// How much of its bounds an execution has used up, and which threads it leaves
// out (bit n: thread n).
struct spent {
    uint8_t preemptions, old_reads, left_out;
};
// Whether a state was met before with no more spent; remembers it.
int known_state(uint64_t key, const struct spent *spent);

// ---- run.c ----

enum outcome { COMPLETE, VIOLATED, KNOWN };
enum outcome run_once(const struct scenario *scenario,
                      const struct spent *bounds);
// Whether a load may return something else than the newest; and it did.
int may_read_old(void);
void has_read_old(void);
// Whether there may be one more preemption; and there was one.
int may_preempt(void);
void has_preempted(void);
// Whether all are through, asleep or waiting for somebody.
int run_nobody_goes_on(void);
const char *run_message(void); // of a violation
// Before each step of a thread that others can see: who goes on? Says what the
// step is about: a size of 0 is anything.
void step(const void *word, unsigned size, int writes);
// The running thread can not go on: it is ASLEEP, AWAITING or DONE.
void stop_running(void);
// A new thread, born knowing what its creator knows.
void thread_begin(unsigned thread, void (*entry)(void), unsigned creator);

// ---- await.c ----

void await_reset(const struct scenario *scenario);
int await_over(const struct thread *t); // what it waits for may have come
void await_looked(unsigned location, unsigned message);
// Whether fairness forbids to see that message once more.
int await_forbids(unsigned location, unsigned message);

// ---- memory.c ----

// What an access wants to read.
struct question {
    unsigned location;
    enum order order;
    int updates;  // it stores directly behind what it reads
    int compares; // but only if it reads this:
    uint64_t expected;
};

void memory_reset(void);
unsigned memory_find(const void *word, unsigned size); // the word's location
unsigned memory_pick(const struct question *question); // a message to read
uint64_t memory_value(unsigned location, unsigned message);
const char *memory_age(unsigned location, unsigned message); // for the trace
// The running thread has read a message: what that teaches it.
void memory_learn(unsigned location, unsigned message, enum order order);
// A new message of the running thread; from: what an update has read, or -1.
unsigned memory_put(unsigned location, uint64_t value, enum order order,
                    int from);
void memory_fence(enum order order);
void knowledge_join(struct knowledge *to, const struct knowledge *from);
uint64_t memory_hash(void);
// Whether the location has something newer than that message.
int memory_newer(unsigned location, unsigned message);
// What is newest, as the kernel sees it, and as who looks on afterwards.
uint32_t memory_newest(const uint32_t *word);
// An update of the kernel's, of what is newest: acquire and release.
void memory_change(const uint32_t *word, uint32_t value);
// Memory that is used for something else from now on.
void memory_forget(uintptr_t address, size_t size);

// ---- watched.c ----

// What is known of a byte, or of eight.
struct cell {
    uint8_t gone;   // its lifetime is over
    uint8_t only;   // the only thread that ever came here, counted from 1
    uint8_t atomic; // part of a location
    uint8_t writer; // of the last plain write
    uint16_t written;
    uint16_t reads[PARTIES]; // clocks of each thread's last access of a kind
    uint16_t atomic_reads[PARTIES], atomic_writes[PARTIES];
};

// Eight bytes. As long as only all of them are accessed, one cell speaks for all.
struct word {
    uint32_t run; // of which execution this is; else nobody was here
    int split;
    struct cell cells[8];
};

void watched_reset(void);
// The word around an address, or NULL for memory that is not watched.
struct word *word_at(uintptr_t address);
// The cell for the first bytes of [address, end), and how many it speaks for.
struct cell *cell_for(uintptr_t address, uintptr_t end, size_t *bytes);
struct cell *cell_at(uintptr_t address);

// ---- plain.c, frames.c ----

int plain_is_watched(uintptr_t address);
void plain_is_atomic(uintptr_t address, size_t size); // a location from now on
void plain_access(uintptr_t address, size_t size, int write);
void plain_atomic(uintptr_t address, size_t size, int write);
// The end of an object: ordered after all that anybody did with it.
void plain_end(uintptr_t address, size_t size);
int plain_is_gone(uintptr_t address);
int plain_own_stack(uintptr_t address);
void frames_reset(void);
void frames_empty(void);                // the running thread's stack ends
void frames_touched(uintptr_t address); // eight bytes there
void plain_leave(uintptr_t address);    // they were on a stack
int frames_left(uintptr_t address);     // on a stack, below all frames
int frames_lent(uintptr_t address);     // on one that others may write to first

// ---- sleep.c ----

void sleep_reset(const struct scenario *scenario);
uint64_t sleep_hash(void);
// How many ways a thread's sleep may end now though nobody wakes it; ends it.
unsigned sleep_endings(unsigned thread);
void sleep_end(unsigned thread, unsigned ending);
int sleep_ends_by_itself(unsigned thread); // not only for no reason

// ---- cancel.c ----

int cancel_due(const struct thread *t);

// ---- kernel.c ----

void kernel_reset(const struct scenario *scenario);
void kernel_wake(uint32_t *word); // sleep.c: at a thread's exit
void kernel_store(uint32_t *word, uint32_t value); // a release
void kernel_forget(unsigned thread);               // it is not in this process
int kernel_has_block(unsigned thread); // its stack is memory of the library's
uint32_t *kernel_cancel_request(unsigned thread); // its word, or NULL

// ---- signals.c ----

void signals_reset(void);
int signals_due(unsigned thread); // whether it has one to handle
void signals_take(void);          // the running thread handles what is due
int signals_interrupt(void);      // or goes on, by choice. Whether it did
void signals_send(unsigned thread, int sig);
void signals_in_kernel(unsigned thread, int in_kernel);
void signals_inherit(
    unsigned child); // of the running thread; it is in the kernel
void signals_after_fork(void);
void signals_action(int sig, const void *new_action); // a kernel_sigaction
int signals_all_blocked(unsigned thread);
void signals_mask(long how, const uint64_t *set, uint64_t *old);

// ---- vanish.c ----

void vanish_reset(const struct scenario *scenario);
int vanish_excuses(void); // one that vanished had what the others wait for
// By choice: the running thread does not come to its next step; a sleeper does not
// hear the wake. Whether it did not.
void vanish_before_step(void);
int vanish_in_sleep(unsigned thread);
// Whether a signal handler in the thread may fork; and it does so, by choice or not.
int vanish_may_fork(unsigned thread);
int vanish_forks(void);
void vanish_fork_now(void);
void vanish_leave_others(void); // the same, by the system call

// ---- outcome.c ----

void outcomes_begin(const struct scenario *scenario);
const char *outcomes_missing(void); // one that never came, or NULL

// ---- trace.c ----

extern int model_tracing;
void trace_reset(void);
void trace_event(const struct model_site *site, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void trace_print(const struct scenario *scenario, const char *end);
const char *trace_word(const struct model_site *site, const void *word);
const char *trace_value(uint64_t value);
const char *trace_memory(uintptr_t address);
char trace_letter(unsigned thread); // A, B ...

// ---- mutant.c ----

int mutants_run(unsigned depth, int verbose);
// From now on, by its name or number. Nonzero: there is none.
int mutant_apply(const char *name);

#endif
