// SPDX-License-Identifier: MIT
// support_proc.h - what /proc tells a test program about itself.
//
// Part of support.h, which see. Under qemu-user some of these files are made up
// by qemu (maps, auxv, stat) and the others are those of the emulator itself:
// resident_pages counts the emulator there, resident_in does not.
#ifndef SUPPORT_PROC_H
#define SUPPORT_PROC_H

#include <linux/auxvec.h>
#include <linux/fcntl.h>

// Reads a file up to size - 1 bytes, ends it with '\0' and returns the length,
// or a negative error number.
static inline long read_file(const char *path, char *buffer, size_t size)
{
    size_t length = 0;
    long fd = sys(__NR_openat, AT_FDCWD, path, O_RDONLY, 0);
    long got = fd;
    while (fd >= 0 && length + 1 < size) {
        got = sys(__NR_read, fd, buffer + length, size - 1 - length);
        if (got <= 0) {
            break;
        }
        length += (size_t)got;
    }
    if (fd >= 0) {
        sys(__NR_close, fd);
    }
    buffer[length] = '\0';
    return got < 0 ? got : (long)length;
}

// The number of lines of a file of any length.
static inline long count_lines(const char *path)
{
    char buffer[1024];
    long lines = 0;
    long got;
    long fd = sys(__NR_openat, AT_FDCWD, path, O_RDONLY, 0);
    CHECK(fd >= 0);
    while ((got = sys(__NR_read, fd, buffer, sizeof buffer)) > 0) {
        for (long i = 0; i < got; i++) {
            lines += buffer[i] == '\n';
        }
    }
    CHECK_EQ(got, 0);
    sys(__NR_close, fd);
    return lines;
}

// Memory mappings of the process. Neighbours with equal rights are one.
static inline long maps_count(void)
{
    return count_lines("/proc/self/maps");
}

// Pages of the whole process that are in memory.
static inline long resident_pages(void)
{
    char text[128];
    const char *at = text;
    long pages = 0;
    CHECK(read_file("/proc/self/statm", text, sizeof text) > 0);
    while (*at != ' ') {
        at++;
    }
    for (at++; *at >= '0' && *at <= '9'; at++) {
        pages = pages * 10 + (*at - '0');
    }
    return pages;
}

// An entry of the auxiliary vector, such as AT_PAGESZ; 0 when it is absent.
static inline unsigned long auxiliary(unsigned long type)
{
    unsigned long entries[128] = {0};
    CHECK(read_file("/proc/self/auxv", (char *)entries, sizeof entries) > 0);
    for (size_t i = 0; i + 1 < sizeof entries / sizeof entries[0]; i += 2) {
        if (entries[i] == type) {
            return entries[i + 1];
        }
    }
    return 0;
}

static inline size_t page_size(void)
{
    return auxiliary(AT_PAGESZ);
}

// Pages of [start, start + bytes) that are in memory; start on a page boundary.
static inline size_t resident_in(const void *start, size_t bytes)
{
    unsigned char present[64];
    size_t page = page_size();
    size_t pages = (bytes + page - 1) / page;
    size_t count = 0;
    for (size_t i = 0; i < pages; i += sizeof present) {
        size_t some = pages - i < sizeof present ? pages - i : sizeof present;
        CHECK_EQ(sys(__NR_mincore, (const char *)start + i * page, some * page,
                     present),
                 0);
        for (size_t j = 0; j < some; j++) {
            count += present[j] & 1u;
        }
    }
    return count;
}

// Threads that the kernel counts in this process, the main one included. An
// entry can outlive a join by a moment: the kernel wakes the joiner first.
static inline long thread_count(void)
{
    char text[4096];
    const char *at = text;
    CHECK(read_file("/proc/self/status", text, sizeof text) > 0);
    for (; *at != '\0'; at++) {
        const char *key = "\nThreads:\t";
        const char *here = at;
        while (*key != '\0' && *here == *key) {
            here++;
            key++;
        }
        if (*key == '\0') {
            long count = 0;
            for (; *here >= '0' && *here <= '9'; here++) {
                count = count * 10 + (*here - '0');
            }
            return count;
        }
    }
    return -1;
}

static inline char state_below(const char *directory, int tid)
{
    struct line path = {0};
    char text[256];
    long length;
    line_text(&path, directory);
    line_number(&path, tid);
    line_text(&path, "/stat");
    length = read_file(path.text, text, sizeof text);
    // The name before it stands in brackets and may hold any character.
    while (length > 2 && text[length - 1] != ')') {
        length--;
    }
    return length > 2 ? text[length + 1] : '\0';
}

// The kernel's letter for what thread tid does (see proc(5)): 'R', 'S', 'Z' ...
// or 0 when there is no such thread in this process.
static inline char thread_state(int tid)
{
    return state_below("/proc/self/task/", tid);
}

// Lets others run until tid sleeps in the kernel. It may be any sleep: useful
// where a thread that goes to sleep at all sleeps where the test wants it.
static inline void until_asleep(int tid)
{
    while (thread_state(tid) != 'S') {
        weft_yield();
    }
}

// The same for the main thread of another process.
static inline void until_process_asleep(int pid)
{
    while (state_below("/proc/", pid) != 'S') {
        weft_yield();
    }
}

#endif
