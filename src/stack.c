// SPDX-License-Identifier: MIT
// stack.c - blocks of memory for threads: map, guard, keep, trim, unmap.
// Read before: record.h.  Read after: thread.c.
//
//     base                                                  base + size
//      | guard         |                         |     |              |
//      | PROT_NONE     |   ...  <--- the stack   | TLS | weft__thread |
//      | one page or   |                         |     | (the thread's|
//      | as asked      |                         |     |  own data)   |
//
// A stack that overflows runs into the guard and dies of SIGSEGV there. A block
// whose thread is gone is kept for the next one: hot as it is, so that creating
// a thread costs no system call for memory and no page fault; or cold, with its
// pages given back to the kernel but for the topmost; the rest is unmapped. A
// kept block holds its list node where its thread's data was.
#include <weft/atomic.h>
#include <weft/error.h>
#include "lock.h"
#include "refusal.h"
#include "stack.h"
#include "syscall.h"

// How many are kept, and how large a hot one may be.
enum { HOT_BLOCKS = 16, COLD_BLOCKS = 48 };
#define HOT_SIZE ((size_t)1024 * 1024)

size_t weft__page_size;
size_t weft__signal_frame;
size_t weft__default_stack;

struct kept {
    struct weft__block block;
    struct kept *next;
};

struct list {
    struct kept *first; // last in, first out: the one most likely in the caches
    unsigned count;
};

struct weft__lock weft__stack_lock;
// Guarded by weft__stack_lock:
static struct list hot, cold;

static struct kept *node_of(const struct weft__block *block)
{
    char *end = (char *)block->base + block->size;
    return (struct kept *)(void *)(end - sizeof(struct kept));
}

static void push(struct list *list, const struct weft__block *block)
{
    struct kept *node = node_of(block);
    node->block = *block;
    node->next = list->first;
    list->first = node;
    list->count++;
}

// Takes the first block that fits exactly; the caller holds the lock.
static int take(struct list *list, struct weft__block *block, size_t size,
                size_t guard_size)
{
    struct kept **link = &list->first;
    for (; *link != NULL; link = &(*link)->next) {
        struct kept *node = *link;
        if (node->block.size == size && node->block.guard_size == guard_size) {
            *link = node->next;
            list->count--;
            *block = node->block;
            return 1;
        }
    }
    return 0;
}

// Takes the block that was not used for longest; the caller holds the lock.
static struct weft__block take_oldest(struct list *list)
{
    struct kept **link = &list->first;
    while ((*link)->next != NULL) {
        link = &(*link)->next;
    }
    struct weft__block block = (*link)->block;
    *link = NULL;
    list->count--;
    return block;
}

// Gives one block back to the kernel; where that is refused, it stays cold.
static int unmap(const struct weft__block *block)
{
    if (sys_munmap(block->base, block->size) == 0) {
        return 1;
    }
    weft__lock_acquire(&weft__stack_lock);
    push(&cold, block);
    weft__lock_release(&weft__stack_lock);
    return 0;
}

// Gives all kept blocks back to the kernel. Returns whether one went.
static int unmap_all(void)
{
    weft__lock_acquire(&weft__stack_lock);
    struct kept *nodes[2] = {hot.first, cold.first};
    hot = cold = (struct list){NULL, 0};
    weft__lock_release(&weft__stack_lock);
    int any = 0;
    for (int i = 0; i < 2; i++) {
        while (nodes[i] != NULL) {
            struct weft__block block = nodes[i]->block;
            nodes[i] = nodes[i]->next;
            any |= unmap(&block);
        }
    }
    return any;
}

// A fresh mapping: reserved as a whole, then opened above the guard.
static long map(size_t size, size_t guard_size)
{
    long base =
        sys_mmap(size, guard_size > 0 ? PROT_NONE : PROT_READ | PROT_WRITE);
    if (sys_failed(base) || guard_size == 0) {
        return base;
    }
    long result = sys_mprotect((char *)base + guard_size, size - guard_size,
                               PROT_READ | PROT_WRITE);
    if (result < 0) {
        sys_munmap((void *)base, size);
        return result;
    }
    return base;
}

static size_t round_to_pages(size_t size)
{
    return (size + weft__page_size - 1) & ~(weft__page_size - 1);
}

int weft__stack_get(struct weft__block *block, size_t size, size_t guard_size)
{
    if (size > SIZE_MAX / 4 || guard_size > SIZE_MAX / 4) {
        return WEFT_ENOMEM;
    }
    guard_size = round_to_pages(guard_size);
    size = round_to_pages(size) + guard_size;
    struct weft__block found;
    weft__lock_acquire(&weft__stack_lock);
    int kept = take(&hot, &found, size, guard_size) ||
               take(&cold, &found, size, guard_size);
    weft__lock_release(&weft__stack_lock);
    if (!kept) {
        long base = map(size, guard_size);
        // EAGAIN is what mmap says at RLIMIT_MEMLOCK.
        if ((base == -WEFT_ENOMEM || base == -WEFT_EAGAIN) && unmap_all()) {
            base = map(size, guard_size); // there was memory after all
        }
        if (sys_failed(base)) {
            return weft__refusal(base);
        }
        found = (struct weft__block){(void *)base, size, guard_size};
    }
    block->size = found.size;
    block->guard_size = found.guard_size;
    // release: pairs with the child of a fork, which finds a block it can free
    // or none (weft__record_only)
    weft__store_pointer_release(&block->base, found.base);
    return 0;
}

// Gives back all pages of the stack but the topmost, which holds the node. Where
// that is refused, the block merely stays as it is.
static void trim(const struct weft__block *block)
{
    size_t above_guard = block->size - block->guard_size;
    sys_madvise((char *)block->base + block->guard_size,
                above_guard - weft__page_size, MADV_DONTNEED);
}

void weft__stack_put(struct weft__block *block)
{
    if (block->base == NULL) {
        return;
    }
    struct weft__block surplus = *block;
    block->base = NULL;
    weft__lock_acquire(&weft__stack_lock);
    if (surplus.size - surplus.guard_size <= HOT_SIZE) {
        push(&hot, &surplus);
        surplus.base = NULL;
        if (hot.count > HOT_BLOCKS) {
            surplus = take_oldest(&hot);
        }
    }
    int room = cold.count < COLD_BLOCKS;
    weft__lock_release(&weft__stack_lock);
    if (surplus.base == NULL) {
        return;
    }
    if (!room) {
        unmap(&surplus);
        return;
    }
    trim(&surplus);
    weft__lock_acquire(&weft__stack_lock);
    push(&cold, &surplus); // a few too many, when several threads do it at once
    weft__lock_release(&weft__stack_lock);
}
