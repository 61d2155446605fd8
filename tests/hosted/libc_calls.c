// SPDX-License-Identifier: MIT
// hosts: musl glibc
// libc_calls.c - a thread may call what main may call.
//
// Proves that what a libc keeps for each thread is there in Weft's threads
// (errno, the locale, thread-local variables at any alignment), and that what all
// threads share is locked (the heap, streams). Without it a printf in a thread
// would crash, or a line would end up inside another.
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <netdb.h>
#include <time.h>
#include <wchar.h>
#include "hosted.h"

enum { THREADS = 8 };

// ---- errno ----

static uint32_t here;

static void *own_errno(void *arg)
{
    int mine = (int)(uintptr_t)arg;
    for (int i = 0; i < 1000; i++) {
        errno = mine;
        weft_yield();
        CHECK_EQ(errno, mine);
        CHECK_EQ(close(-1), -1);
        CHECK_EQ(errno, EBADF);
    }
    __atomic_fetch_add(&here, 1, __ATOMIC_SEQ_CST);
    until(&here, THREADS); // all errnos at one time: no two at one address
    return &errno;
}

// ---- the heap ----

static struct {
    weft_mutex lock;
    unsigned char *block;
    size_t size;
} shared[16];

static void check_pattern(const unsigned char *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        CHECK_EQ(block[i], (size + i) & 0xff);
    }
}

// Takes a block that any thread has put there, checks it, and puts a new one.
static void *allocate(void *arg)
{
    uint64_t lots = (uintptr_t)arg;
    for (int i = 0; i < 250; i++) {
        uint64_t lot = random_next(&lots);
        size_t size = (lot >> 8) % (lot & 64 ? 200000 : 2000);
        unsigned char *block = malloc(size / 2 + 1);
        block = realloc(block, size + 1);
        CHECK(block != NULL);
        for (size_t k = 0; k < size; k++) {
            block[k] = (unsigned char)(size + k);
        }
        __typeof__(&shared[0]) slot = &shared[lot % 16];
        weft_mutex_lock(&slot->lock);
        unsigned char *old = slot->block;
        size_t old_size = slot->size;
        slot->block = block;
        slot->size = size;
        weft_mutex_unlock(&slot->lock);
        if (old != NULL) {
            check_pattern(old, old_size);
        }
        free(old);
    }
    return NULL;
}

// ---- streams ----

static FILE *stream;
enum { LINES = 3000 };

static void *write_lines(void *arg)
{
    char letter = (char)('a' + (uintptr_t)arg);
    char text[128];
    memset(text, letter, sizeof text);
    for (int i = 0; i < LINES; i++) {
        if (i % 2 || i < LINES / 2) { // at first as in most programs
            CHECK(fprintf(stream, "%.*s%.*s\n", i % 100 + 1, text, i % 7,
                          text) > 0);
            continue;
        }
        flockfile(stream);
        for (int k = 0; k < i % 50 + 1; k++) {
            putc(letter, stream);
        }
        putc_unlocked('\n', stream);
        funlockfile(stream);
    }
    return NULL;
}

static void lines_are_whole(void)
{
    char line[256];
    int count = 0;
    rewind(stream);
    while (fgets(line, sizeof line, stream) != NULL) {
        size_t length = strspn(line, (char[2]){line[0], '\0'});
        CHECK(islower((unsigned char)line[0]));
        CHECK(line[length] == '\n');
        count++;
    }
    CHECK_EQ(count, 2 * THREADS * LINES);
}

// ---- thread-local variables ----

static _Thread_local int initial = 42;
static _Thread_local int zero;
static _Thread_local _Alignas(64) char line_of_cache[3];
static _Thread_local _Alignas(4096) char page[10];

static void *own_variables(void *arg)
{
    CHECK_EQ(initial, 42);
    CHECK_EQ(zero, 0);
    CHECK_EQ((uintptr_t)line_of_cache % 64, 0);
    CHECK_EQ((uintptr_t)page % 4096, 0);
    initial = zero = (int)(uintptr_t)arg;
    memset(page, initial, sizeof page);
    for (int i = 0; i < 100; i++) {
        weft_yield();
        CHECK_EQ(initial, (uintptr_t)arg);
        CHECK_EQ(zero, (uintptr_t)arg);
        CHECK_EQ(page[9], (uintptr_t)arg);
    }
    return NULL;
}

// ---- locale, names, numbers, time ----

static void *speak(void *arg)
{
    char text[100];
    wchar_t wide[8];
    struct tm parts;
    time_t day = 86400 * (1 + (time_t)(uintptr_t)arg);
    locale_t mine = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
    CHECK(mine != (locale_t)0);
    CHECK_EQ(uselocale((locale_t)0), LC_GLOBAL_LOCALE);
    for (int i = 0; i < 200; i++) {
        locale_t old = uselocale(mine);
        CHECK_EQ(mbstowcs(wide, "\xc3\xa4!", 8), 2);
        CHECK_EQ(wide[0], 0xe4);
        CHECK_EQ(uselocale(old), mine);
        snprintf(text, sizeof text, "%.3f %x", 1.5 * i, i);
        CHECK(strtod(text, NULL) > 1.5 * i - 0.001);
        CHECK(gmtime_r(&day, &parts) != NULL);
        strftime(text, sizeof text, "%Y-%m-%d", &parts);
        CHECK_EQ(strncmp(text, "1970-01-0", 9), 0);
        CHECK(strlen(strerror(ENOENT)) > 5);
        struct addrinfo hint = {.ai_flags = AI_NUMERICHOST};
        struct addrinfo *found;
        CHECK_EQ(getaddrinfo("127.0.0.1", "80", &hint, &found), 0);
        freeaddrinfo(found);
        if (access("/etc/hosts", R_OK) == 0) {
            CHECK_EQ(getaddrinfo("localhost", "80", NULL, &found), 0);
            freeaddrinfo(found);
        }
    }
    freelocale(mine);
    return NULL;
}

static void *(*function_of(int argc, char **argv))(void *)
{
    return is_case(argc, argv, "errno")    ? own_errno
           : is_case(argc, argv, "heap")   ? allocate
           : is_case(argc, argv, "stream") ? write_lines
           : is_case(argc, argv, "local")  ? own_variables
           : is_case(argc, argv, "speak")  ? speak
                                           : NULL;
}

// Starts the threads and joins them; with distinct, no two may return the same.
static void run(void *(*function)(void *), int distinct)
{
    weft_thread threads[THREADS];
    void *results[THREADS];
    set(&here, 0);
    for (uintptr_t i = 0; i < THREADS; i++) {
        threads[i] = start(function, (void *)i);
    }
    for (int i = 0; i < THREADS; i++) {
        results[i] = join(threads[i]);
        for (int k = 0; distinct && k < i; k++) {
            CHECK(results[i] != results[k]);
        }
    }
}

int main(int argc, char **argv)
{
    void *(*function)(void *) = function_of(argc, argv);
    CHECK(function != NULL);
    stream = tmpfile();
    if (stream == NULL) { // no /tmp: a machine that only runs these tests
        stream = fopen("lines", "w+");
    }
    CHECK(stream != NULL);
    // Twice: what was left behind in a thread's memory is not to be found.
    run(function, function == own_errno);
    run(function, function == own_errno);
    if (function == write_lines) {
        lines_are_whole();
    }
    if (function == own_variables) {
        CHECK_EQ(initial, 42); // main's own
    }
    return 0;
}
