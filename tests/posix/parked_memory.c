// SPDX-License-Identifier: MIT
// parked_memory.c - what a thread costs that only waits: hardly more than a page.
// posix: musl glibc
//
// A server has many such threads. Whatever a library keeps for each of them (room
// for values under keys, for one) has to fit beside the stack's first frames.
#include <pthread.h>
#include <sys/mman.h>
#include "standard.h"

enum { THREADS = 400, LINE = 512 };

static pthread_barrier_t all_here;

static void *park(void *arg)
{
    pthread_barrier_wait(&all_here);
    for (;;) {
        pause();
    }
    return arg;
}

// Pages of one mapping that are in memory.
static long resident_in(char *from, const char *end, long page)
{
    long count = 0;
    for (; from < end; from += page) {
        unsigned char present = 0;
        count += mincore(from, (size_t)page, &present) == 0 && (present & 1);
    }
    return count;
}

// Of all private memory without a file. (Under qemu-user /proc/self/statm counts the
// emulator.)
static long resident(long page)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[LINE], rights[5];
    unsigned long start, end, inode;
    long count = 0;
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        CHECK_EQ(sscanf(line, "%lx-%lx %4s %*s %*s %lu", &start, &end, rights,
                        &inode),
                 4);
        if (strcmp(rights, "rw-p") == 0 && inode == 0) {
            count += resident_in((char *)start, (const char *)end, page);
        }
    }
    fclose(maps);
    return count;
}

int main(void)
{
    long page = sysconf(_SC_PAGESIZE);
    pthread_t t;
    resident(page); // what stdio needs for it, too
    CHECK_EQ(pthread_barrier_init(&all_here, NULL, THREADS + 1), 0);
    long before = resident(page);
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_create(&t, NULL, park, NULL), 0);
    }
    pthread_barrier_wait(&all_here);
    long pages = resident(page) - before;
    dprintf(1, "%ld bytes for each\n", pages * page / THREADS);
    CHECK(2 * pages < (STOCK ? 5 : 3) * THREADS);
    _exit(0);
}
