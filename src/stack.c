// SPDX-License-Identifier: MIT
// stack.c - blocks of memory for threads: map, guard, keep, trim, unmap.
// Read before: record.h.  Read after: thread.c.
//
//     base                                                   base + size
//      | guard         |                   |     |              |       |
//      | PROT_NONE     |  ... <- the stack | TLS | weft__thread | block |
//      | the default   |                   |     | (the thread's| (its  |
//      | or as asked   |                   |     |  own data)   | node) |
//
// A stack that overflows runs into the guard and dies of SIGSEGV there. A block
// whose thread is gone is kept for the next one: hot as it is, so that creating
// a thread costs no system call for memory and no page fault; or cold, with its
// pages given back to the kernel but for the topmost; the rest is unmapped.
#include <weft/atomic.h>
#include <weft/error.h>
#include "lock.h"
#include "refusal.h"
#include "stack.h"
#include "syscall.h"
#include "thread.h"

// How many are kept, and how large a hot one may be.
enum { HOT_BLOCKS = 16, COLD_BLOCKS = 48 };
#define HOT_SIZE ((size_t)1024 * 1024)

#define NOINLINE __attribute__((noinline)) // one copy is smaller than two

size_t weft__page_size;
size_t weft__signal_frame;
size_t weft__default_stack;
static long exec; // PROT_EXEC, if stacks hold code

void weft__stack_as_linked(const struct elf_phdr *phdr)
{
    if (phdr->memsz != 0) {
        weft__default_stack = phdr->memsz;
    }
    exec = phdr->flags & PF_X ? PROT_EXEC : 0;
}

struct list {
    struct weft__block *first; // last in, first out: likely still in the caches
    unsigned count;
};

struct weft__lock weft__stack_lock;
// Guarded by weft__stack_lock:
static struct list hot, cold;

// The caller of these holds the lock.
static void push(struct list *list, struct weft__block *block)
{
    block->next = list->first;
    list->first = block;
    list->count++;
}

static struct weft__block *unlink_at(struct list *list,
                                     struct weft__block **link)
{
    struct weft__block *block = *link;
    *link = block->next;
    list->count--;
    return block;
}

// The first block that fits exactly, or NULL.
static NOINLINE struct weft__block *take(struct list *list, size_t size,
                                         size_t guard_size)
{
    struct weft__block **link = &list->first;
    for (; *link != NULL; link = &(*link)->next) {
        if ((*link)->size == size && (*link)->guard_size == guard_size) {
            return unlink_at(list, link);
        }
    }
    return NULL;
}

// The block that was not used for longest; there is one.
static struct weft__block *take_oldest(struct list *list)
{
    struct weft__block **link = &list->first;
    while ((*link)->next != NULL) {
        link = &(*link)->next;
    }
    return unlink_at(list, link);
}

static void keep_cold(struct weft__block *block)
{
    weft__lock_acquire(&weft__stack_lock);
    push(&cold, block); // a few too many, when several threads do it at once
    weft__lock_release(&weft__stack_lock);
}

// Gives one block back to the kernel; where that is refused, it stays cold.
static int unmap(struct weft__block *block)
{
    if (sys_munmap(block->base, block->size) == 0) {
        return 1;
    }
    keep_cold(block);
    return 0;
}

// Gives all kept blocks back to the kernel. Returns whether one went.
static int unmap_all(void)
{
    weft__lock_acquire(&weft__stack_lock);
    struct weft__block *blocks = hot.first;
    struct weft__block **end = &blocks;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = cold.first;
    hot = cold = (struct list){NULL, 0};
    weft__lock_release(&weft__stack_lock);
    int any = 0;
    while (blocks != NULL) {
        struct weft__block *block = blocks;
        blocks = block->next;
        any |= unmap(block);
    }
    return any;
}

// A fresh mapping: reserved as a whole, then opened above the guard.
static long map(size_t size, size_t guard_size)
{
    long rights = PROT_READ | PROT_WRITE | exec;
    long base = sys_mmap(size, guard_size > 0 ? PROT_NONE : rights);
    if (sys_failed(base) || guard_size == 0) {
        return base;
    }
    long result =
        sys_mprotect((char *)base + guard_size, size - guard_size, rights);
    if (result < 0) {
        sys_munmap((void *)base, size);
        return result;
    }
    return base;
}

static int map_block(struct weft__block **out, size_t size, size_t guard_size)
{
    long base = map(size, guard_size);
    // EAGAIN is what mmap says at RLIMIT_MEMLOCK.
    if ((base == -WEFT_ENOMEM || base == -WEFT_EAGAIN) && unmap_all()) {
        base = map(size, guard_size); // there was memory after all
    }
    if (sys_failed(base)) { // EACCES: SELinux and others let no stack have code
        return weft__refusal(base == -EACCES ? -WEFT_EPERM : base);
    }
    struct weft__block *block =
        (struct weft__block *)((char *)base + size - sizeof *block);
    block->base = (void *)base;
    block->size = size;
    block->guard_size = guard_size;
    *out = block;
    return 0;
}

static size_t round_to_pages(size_t size)
{
    return (size + weft__page_size - 1) & ~(weft__page_size - 1);
}

int weft__stack_get(struct weft__block **out, size_t size, size_t guard_size)
{
    guard_size = round_to_pages(guard_size);
    size = round_to_pages(size + sizeof(struct weft__block)) + guard_size;
    if (weft__recycle() != NULL &&
        weft__recycle()->take(out, size, guard_size)) {
        return 0;
    }
    weft__lock_acquire(&weft__stack_lock);
    struct weft__block *block = take(&hot, size, guard_size);
    if (block == NULL) {
        block = take(&cold, size, guard_size);
    }
    *out = block; // under the lock: a fork loses no block on its way
    weft__lock_release(&weft__stack_lock);
    return block != NULL ? 0 : map_block(out, size, guard_size);
}

// Gives back all pages of the stack but the topmost, which holds the node. Where
// that is refused, the block merely stays as it is.
static void trim(const struct weft__block *block)
{
    size_t above_guard = block->size - block->guard_size;
    sys_madvise((char *)block->base + block->guard_size,
                above_guard - weft__page_size, MADV_DONTNEED);
}

void weft__stack_put(struct weft__block **from)
{
    struct weft__block *block = *from;
    if (block == NULL) {
        return;
    }
    if (block->sleeper != NULL) {
        weft__recycle()->discard(block);
    }
    weft__lock_acquire(&weft__stack_lock);
    *from = NULL; // under the lock, as in weft__stack_get
    if (block->size - block->guard_size <= HOT_SIZE) {
        push(&hot, block);
        block = hot.count > HOT_BLOCKS ? take_oldest(&hot) : NULL;
    }
    int room = cold.count < COLD_BLOCKS;
    weft__lock_release(&weft__stack_lock);
    if (block == NULL) {
        return;
    }
    if (room) {
        trim(block);
        keep_cold(block);
    } else {
        unmap(block);
    }
}
