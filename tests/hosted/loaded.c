// SPDX-License-Identifier: MIT
// hosts: glibc
// loaded.c - what glibc keeps for each thread is there for each of Weft's.
//
// Eight threads at once use what has state of its own: malloc, errno, the
// locale, character classes, the resolver, character sets and name services that
// are loaded at run time, pipes to commands. Where a part of a thread's control
// block is missing, one of them crashes or sees another's.
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <locale.h>
#include <netdb.h>
#include <sched.h>
#include <wchar.h>
#include "hosted.h"

enum { THREADS = 8, ROUNDS = 3 };

static _Thread_local long mine = 42;

static void use_memory(char mark)
{
    uint64_t lots = (uint64_t)mark;
    for (int i = 0; i < 1000; i++) {
        size_t size = random_next(&lots) % 3000 + 1;
        char *memory = malloc(size);
        CHECK(memory != NULL);
        memset(memory, mark, size);
        memory = realloc(memory, size * 2);
        CHECK(memory != NULL);
        for (size_t k = 0; k < size; k++) {
            CHECK_EQ(memory[k], mark);
        }
        free(memory);
    }
}

static void use_errno(int number)
{
    char *text = strdup(strerror(1000 + number));
    CHECK_EQ(close(-1), -1);
    CHECK_EQ(errno, EBADF);
    errno = number;
    weft_yield();
    CHECK_EQ(errno, number);
    CHECK(strcmp(strerror(1000 + number), text) == 0);
    free(text);
}

static void use_locale(void)
{
    CHECK(isalpha('x') && !isalpha('4') && toupper('x') == 'X');
    locale_t utf8 = newlocale(LC_ALL_MASK, "C.UTF-8", NULL);
    if (utf8 != NULL) {
        locale_t before = uselocale(utf8);
        wchar_t wide;
        CHECK_EQ(mbrtowc(&wide, "\xc3\xa4", 2, &(mbstate_t){0}), 2);
        uselocale(before);
        freelocale(utf8);
    }
}

// Builtin, and loaded from a file where there is one.
static void use_charset(const char *from)
{
    iconv_t charset = iconv_open("UTF-16LE", from);
    if (charset == (iconv_t)-1) {
        return;
    }
    char in[] = "abc", out[32];
    char *from_here = in, *to_here = out;
    size_t in_size = 3, out_size = sizeof out;
    CHECK_EQ(iconv(charset, &from_here, &in_size, &to_here, &out_size), 0);
    CHECK_EQ(to_here - out, 6);
    CHECK_EQ(iconv_close(charset), 0);
}

static void use_names(void)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICSERV};
    if (getaddrinfo("127.0.0.1", "80", &hints, &found) == 0) {
        freeaddrinfo(found);
    }
    if (getaddrinfo("localhost", "80", &hints, &found) == 0) {
        freeaddrinfo(found);
    }
}

static void use_commands(void)
{
    char line[16] = "";
    if (access("/bin/sh", X_OK) < 0) {
        return; // the machine of the boot test has none
    }
    FILE *stream = popen("echo hello", "r");
    CHECK(stream != NULL && fgets(line, sizeof line, stream) != NULL);
    CHECK(strcmp(line, "hello\n") == 0);
    CHECK_EQ(pclose(stream), 0);
}

static void *use_all(void *arg)
{
    long number = (long)(intptr_t)arg;
    CHECK_EQ(mine, 42);
    mine = number;
    use_memory((char)number);
    use_locale();
    use_errno((int)number);
    use_charset("ISO-8859-1");
    use_charset("ISO-8859-15");
    use_names();
    use_commands();
    CHECK(sched_getcpu() >= 0);
    CHECK_EQ(mine, number);
    return arg;
}

int main(void)
{
    weft_thread thread[THREADS];
    for (int round = 0; round < ROUNDS; round++) {
        for (intptr_t i = 0; i < THREADS; i++) {
            thread[i] = start(use_all, (void *)(i + 1));
        }
        for (intptr_t i = 0; i < THREADS; i++) {
            CHECK_EQ(join(thread[i]), i + 1);
        }
    }
    CHECK_EQ(mine, 42);
    return 0;
}
