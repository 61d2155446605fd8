// SPDX-License-Identifier: MIT
// sem_named.c - sem_open and its relatives.
// Read before: sem.c.
//
// A named semaphore is a file in /dev/shm that holds one sem_t; who opens it maps
// it. It comes into being under a name that nobody knows, whole, and is then linked
// to its own: so nobody ever maps one that is half made. What it is called and
// contains is as the libc has it: others open the same name who run on the libc's own
// threads (named_glibc.c, named_musl.c).
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lock.h"
#include "posix.h"
#include "posix_sem.h"

#define DIRECTORY "/dev/shm/"
enum { PATH_SIZE = sizeof DIRECTORY + NAME_MAX + 1 };

// A semaphore opened twice is mapped once: POSIX wants the same address.
struct opened {
    sem_t *sem;
    dev_t device;
    ino_t file;
    unsigned count; // 0: nobody has it open, the entry is free
};
enum { PER_PAGE = 4096 / sizeof(struct opened) - 1 };
struct page {
    struct opened entry[PER_PAGE];
    struct page *next;
};

static struct weft__lock lock;
static struct page *pages; // guarded by lock, with all that is in them

// Writes text behind what is there, as far as there is room.
static void append(char path[PATH_SIZE], const char *text)
{
    size_t length = strlen(path);
    for (; *text != '\0' && length < PATH_SIZE - 1; text++) {
        path[length++] = *text;
    }
    path[length] = '\0';
}

static void append_number(char path[PATH_SIZE], unsigned long number)
{
    char digits[24];
    char *first = &digits[sizeof digits - 1];
    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    append(path, ".");
    append(path, first);
}

static int make_path(char path[PATH_SIZE], const char *name)
{
    while (*name == '/') {
        name++;
    }
    size_t length = strlen(name);
    const int no_file = PREFIX[0] == '\0' &&
                        (strcmp(name, ".") == 0 || strcmp(name, "..") == 0);
    if (length == 0 || strchr(name, '/') != NULL || no_file) {
        return EINVAL;
    }
    if (length + strlen(PREFIX) > NAME_MAX) {
        return ENAMETOOLONG;
    }
    path[0] = '\0';
    append(path, DIRECTORY PREFIX);
    append(path, name);
    return 0;
}

// The entry of an open file, or a free one; NULL if there is no memory for one.
static struct opened *entry_of(const struct stat *status)
{
    struct opened *free_one = NULL;
    for (struct page *page = pages; page != NULL; page = page->next) {
        for (int i = 0; i < PER_PAGE; i++) {
            struct opened *o = &page->entry[i];
            if (o->count == 0) {
                free_one = o;
            } else if (o->device == status->st_dev &&
                       o->file == status->st_ino) {
                return o;
            }
        }
    }
    if (free_one == NULL) {
        struct page *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            return NULL;
        }
        page->next = pages;
        pages = page;
        free_one = &page->entry[0];
    }
    return free_one;
}

// A file's semaphore in memory; NULL with errno set.
static void *map_file(int fd)
{
    void *memory =
        mmap(NULL, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    if (!weft__named_adopt(memory)) {
        munmap(memory, sizeof(sem_t));
        errno = EINVAL;
        return NULL;
    }
    return memory;
}

// The mapping of an open file, an old one or a new one; NULL with errno set.
static sem_t *map(int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0) {
        return NULL;
    }
    if (status.st_size < (off_t)sizeof(sem_t)) {
        errno = EINVAL;
        return NULL;
    }
    weft__lock_acquire(&lock);
    struct opened *o = entry_of(&status);
    sem_t *sem = NULL;
    if (o != NULL && o->count == 0) {
        void *memory = map_file(fd);
        if (memory != NULL) {
            *o = (struct opened){memory, status.st_dev, status.st_ino, 0};
        } else {
            o = NULL;
        }
    }
    if (o != NULL) {
        o->count++;
        sem = o->sem;
    }
    weft__lock_release(&lock);
    return sem;
}

static sem_t *open_existing(const char *path)
{
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    sem_t *sem = map(fd);
    int error = errno;
    close(fd);
    errno = error;
    return sem;
}

// A file of its own, with a semaphore in it: its descriptor, or -1.
static int make_file(char path[PATH_SIZE], mode_t mode, unsigned value)
{
    static uint32_t number;
    _Alignas(16) sem_t sem; // as it will be mapped (sem.c)
    memset(&sem, 0, sizeof sem);
    if (value > SEM_VALUE_MAX) {
        errno = EINVAL;
        return -1;
    }
    weft__named_init(&sem, value);
    int fd;
    do {
        // relaxed: only that it is another one each time
        path[0] = '\0';
        append(path, DIRECTORY PREFIX "weft");
        append_number(path, (unsigned long)getpid());
        append_number(path, weft__add_relaxed(&number, 1));
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  mode);
    } while (fd < 0 && errno == EEXIST); // a file of a dead process
    if (fd >= 0 && write(fd, &sem, sizeof sem) != (ssize_t)sizeof sem) {
        close(fd);
        unlink(path);
        errno = ENOSPC;
        fd = -1;
    }
    return fd;
}

// NULL with EEXIST when somebody else was first.
static sem_t *create(const char *path, mode_t mode, unsigned value)
{
    char own[PATH_SIZE];
    int fd = make_file(own, mode, value);
    if (fd < 0) {
        return NULL;
    }
    sem_t *sem = link(own, path) == 0 ? map(fd) : NULL;
    int error = errno;
    unlink(own);
    close(fd);
    errno = error;
    return sem;
}

static sem_t *open_or_create(const char *path, int flags, mode_t mode,
                             unsigned value)
{
    for (;;) {
        if ((flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL)) {
            sem_t *sem = open_existing(path);
            if (sem != NULL || errno != ENOENT || !(flags & O_CREAT)) {
                return sem;
            }
        }
        sem_t *sem = create(path, mode, value);
        if (sem != NULL || errno != EEXIST || (flags & O_EXCL)) {
            return sem;
        }
    }
}

sem_t *sem_open(const char *name, int flags, ...)
{
    mode_t mode = 0;
    unsigned value = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        value = va_arg(rest, unsigned);
        va_end(rest);
    }
    char path[PATH_SIZE];
    int error = make_path(path, name);
    if (error) {
        errno = error;
        return SEM_FAILED;
    }
    int state;
    weft_set_cancel_state(WEFT_CANCEL_DISABLE, &state); // no point within
    sem_t *sem = open_or_create(path, flags, mode, value);
    error = errno;
    weft_set_cancel_state(state, NULL);
    errno = error;
    return sem != NULL ? sem : SEM_FAILED;
}

int sem_close(sem_t *sem)
{
    int found = 0;
    weft__lock_acquire(&lock);
    for (struct page *page = pages; page != NULL; page = page->next) {
        for (int i = 0; i < PER_PAGE; i++) {
            struct opened *o = &page->entry[i];
            if (o->count > 0 && o->sem == sem) {
                found = 1;
                if (--o->count == 0) {
                    munmap(sem, sizeof *sem);
                }
            }
        }
    }
    weft__lock_release(&lock);
    return weft__posix_result(found ? 0 : EINVAL);
}

int sem_unlink(const char *name)
{
    char path[PATH_SIZE];
    int error = make_path(path, name);
    if (error == 0 && unlink(path) < 0) {
        error = errno == EPERM ? EACCES : errno;
    }
    return weft__posix_result(error == EINVAL ? ENOENT : error);
}
