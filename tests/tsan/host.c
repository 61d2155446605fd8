// SPDX-License-Identifier: MIT
// host.c - what the primitives need of a runtime, on threads of a libc.
//
// ThreadSanitizer knows the threads of a libc, not Weft's. So the primitives are
// compiled as they are and run on those; what they ask of the rest of the library
// is here. Nobody is cancelled. The futex calls are the real ones (src/futex.c):
// ThreadSanitizer does not see them, and they order nothing, but for the one that
// changes a word.
#include "host.h"
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>
#include "arch.h"
#include "cancel.h"
#include "futex.h"
#include "thread.h"

// ---- what the kernel orders ----

// It changes the word where ThreadSanitizer can not see it.
void __real_weft__futex_change_and_wake(uint32_t *word,
                                        enum weft__futex_change change,
                                        uint32_t operand, unsigned flags);
void __wrap_weft__futex_change_and_wake(uint32_t *word,
                                        enum weft__futex_change change,
                                        uint32_t operand, unsigned flags);
void __wrap_weft__futex_change_and_wake(uint32_t *word,
                                        enum weft__futex_change change,
                                        uint32_t operand, unsigned flags)
{
    __tsan_release(word);
    __real_weft__futex_change_and_wake(word, change, operand, flags);
    __tsan_acquire(word);
}

// ---- places ----

enum { PLACES_MAX = 100 };

static struct place {
    const char *file;
    int line;
} weak, places[PLACES_MAX];

static int listing;
static int place_count; // guarded by places_lock
static pthread_mutex_t places_lock = PTHREAD_MUTEX_INITIALIZER;

static void note(const char *file, int line)
{
    int i = 0;
    pthread_mutex_lock(&places_lock);
    while (i < place_count &&
           (places[i].line != line || strcmp(places[i].file, file) != 0)) {
        i++;
    }
    MUST(i < PLACES_MAX);
    if (i == place_count) {
        places[place_count++] = (struct place){file, line};
        printf("%s:%d\n", file, line);
    }
    pthread_mutex_unlock(&places_lock);
}

int weak_at(const char *file, int line)
{
    if (listing) {
        note(file, line);
    }
    return weak.line == line && strcmp(weak.file, file) == 0;
}

// WEAK is "list", or "file:line".
static void __attribute__((constructor)) read_weak(void)
{
    char *text = getenv("WEAK");
    if (text == NULL || *text == '\0') {
        return;
    }
    listing = strcmp(text, "list") == 0;
    if (!listing) {
        char *colon = strrchr(text, ':');
        MUST(colon != NULL);
        weak.line = atoi(colon + 1);
        weak.file = strndup(text, (size_t)(colon - text));
    }
}

// ---- threads ----

static _Thread_local struct weft__thread *self;
static _Thread_local uint64_t row;
ptrdiff_t weft__self_slot;
uint32_t weft__fork_generation;

static struct start {
    pthread_t thread;
    struct weft__thread own;
    struct weft__record record;
    void (*run)(int me);
    int me;
} starts[16];

// What a thread of Weft calls at its end (thread.c).
void *weft__robust_end;

static void end(struct weft__thread *own)
{
    void *function = weft__load_pointer_relaxed(&weft__robust_end);
    if (function != NULL) {
        ((weft__end_hook *)function)(own);
    }
}

static void *begin(void *arg)
{
    struct start *start = arg;
    start->own.local.handle = (uint64_t)(start->me + 1) << 32;
    start->record.exit_word = (uint32_t)gettid();
    row = (uint64_t)start->me * 7919 + 1;
    start->own.record = &start->record;
    start->own.local.cancel_request = &start->record.cancel_request;
    self = &start->own;
    start->run(start->me);
    end(self);
    return NULL;
}

void together(int count, void (*run)(int me))
{
    weft__self_slot = (char *)&self - (char *)__builtin_thread_pointer();
    for (int i = 0; i < count; i++) {
        starts[i].run = run;
        starts[i].me = i;
        MUST(pthread_create(&starts[i].thread, NULL, begin, &starts[i]) == 0);
    }
    for (int i = 0; i < count; i++) {
        MUST(pthread_join(starts[i].thread, NULL) == 0);
    }
}

uint32_t lot(uint32_t limit)
{
    row = row * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(row >> 33) % limit;
}

void sometimes_yield(uint32_t calls)
{
    if (lot(calls) == 0) {
        sched_yield();
    }
}

// ---- the rest of the library ----

long weft__cancel_point(long nr, long a, long b, long c, long d, long e, long f)
{
    return arch_syscall6(nr, a, b, c, d, e, f);
}

long weft_syscall_cancel(long nr, long a, long b, long c, long d, long e,
                         long f)
{
    return arch_syscall6(nr, a, b, c, d, e, f);
}

void weft__cancel_now(void)
{
    abort();
}

void weft_test_cancel(void)
{
}

void weft_cleanup_link(struct weft_cleanup *c, void (*fn)(void *), void *arg)
{
    (void)c, (void)fn, (void)arg;
}

void weft_cleanup_unlink(struct weft_cleanup *c)
{
    (void)c;
}
