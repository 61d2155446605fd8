// SPDX-License-Identifier: MIT
// getattr.c - pthread_getattr_np: how a running thread was made.
// Read before: attrs_musl.c or attr_glibc.c.
//
// The stack of a thread is known to its own data. The main thread's is the
// kernel's. Its upper end does not move: there the kernel has put the program's name
// (AT_EXECFN), and a word of zeroes behind it. It may grow down as far as
// RLIMIT_STACK allows, or until there is another mapping, of which /proc knows.
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include "hold.h"
#include "host/host.h"
#include "life.h"
#include "posix.h"
#include "stack.h"

// The numbers of a line of /proc/self/maps as they come, byte by byte.
struct reader {
    uintptr_t number[2]; // the mapping's begin and end
    int field;           // which of them comes now; 2: the line's rest
    uintptr_t below;     // end of the mapping before
};

// Whether the line's mapping holds address.
static int take(struct reader *r, char c, uintptr_t address)
{
    if (c == '\n') {
        r->below = r->number[1];
        r->number[0] = r->number[1] = 0;
        r->field = 0;
    } else if (r->field < 2 && (c == '-' || c == ' ')) {
        r->field++;
        return r->field == 2 && r->number[0] <= address &&
               address < r->number[1];
    } else if (r->field < 2) {
        unsigned digit = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        r->number[r->field] = r->number[r->field] * 16 + digit;
    }
    return 0;
}

static int find_mapping(struct reader *r, uintptr_t address)
{
    char bytes[256];
    ssize_t count;
    int found = 0;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    while (!found && (count = read(fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; !found && i < count; i++) {
            found = take(r, bytes[i], address);
        }
    }
    close(fd);
    return found ? 0 : ENOENT;
}

static uintptr_t round_up(uintptr_t address)
{
    return (address + weft__page_size - 1) & ~(weft__page_size - 1);
}

static uintptr_t main_top(void)
{
    const char *name = (const char *)getauxval(AT_EXECFN);
    uintptr_t last = name != NULL ? (uintptr_t)name + strlen(name) + 1
                                  : getauxval(AT_RANDOM);
    return round_up(last + sizeof(long));
}

// The lower end of what is mapped below page.
static uintptr_t mapped_down_from(uintptr_t page)
{
    unsigned char present;
    while (mincore((void *)(page - weft__page_size), weft__page_size,
                   &present) == 0) {
        page -= weft__page_size;
    }
    return page;
}

static void main_stack(struct weft__given *stack)
{
    struct reader reader = {{0, 0}, 0, 0};
    struct rlimit limit;
    uintptr_t top = main_top();
    size_t size = RLIM_INFINITY;
    int kept = errno, state;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < top) {
        size = limit.rlim_cur & ~(weft__page_size - 1);
    }
    weft_set_cancel_state(WEFT_CANCEL_DISABLE, &state); // open, read, close
    if (find_mapping(&reader, top - 1) == 0 && top - reader.below < size) {
        size = top - reader.below;
    }
    weft_set_cancel_state(state, NULL);
    if (size == RLIM_INFINITY) { // and no /proc
        size = top - mapped_down_from(top);
    }
    errno = kept;
    stack->stack = (char *)top - size;
    stack->stack_size = size;
}

// What lies in a block of the library's. The size is what was asked for, beginning on
// a page if the block is long enough: a page more may be in use below, and of the
// thread's own data above a part is counted. Where nothing was asked for, all of it.
static void stack_in_block(struct weft__given *stack,
                           const struct weft__thread *data,
                           const struct weft__block *block)
{
    uintptr_t low = (uintptr_t)block->base + block->guard_size;
    // place.c: TLS lies above it, and the thread's own data above that.
    uintptr_t top = ((uintptr_t)data - weft__host_tls_size()) & ~(uintptr_t)63;
    size_t size = data->given.stack_size;
    if (size != 0 && size < weft__least_stack()) {
        size = weft__least_stack();
    }
    size = size != 0 ? size : top - low;
    uintptr_t from = round_up(top - size);
    if (from + size > (uintptr_t)block->base + block->size) {
        from = top - size;
    }
    stack->stack = (char *)from;
    stack->stack_size = size;
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr)
{
    struct weft__posix_attr found = {.attr = {.flags = 0}};
    weft_thread t = weft__posix_find(thread);
    struct weft__hold hold;
    if (weft__hold(&hold, t) != 0) {
        return ESRCH;
    }
    const struct weft__thread *data = weft__posix_data(hold.record);
    const struct weft__block *block = hold.record->block;
    const int is_main = data == &weft__main_thread;
    if (data->given.stack != NULL) {
        found.given = data->given;
    } else if (block != NULL) {
        stack_in_block(&found.given, data, block);
        found.attr.guard_size = data->given.name != NULL
                                    ? data->given.guard_size
                                    : block->guard_size;
    }
    found.attr.flags = data->given.explicit_sched;
    if (weft__life_is_detached(hold.record)) {
        found.attr.flags |= WEFT_DETACHED;
    }
    weft__let_go(&hold);
    if (is_main) {
        main_stack(&found.given);
    }
    int error = weft_get_sched(t, &found.attr.policy, &found.attr.priority);
    if (error == 0) {
        error = weft_get_affinity(t, found.affinity, sizeof found.affinity);
        found.attr.affinity = found.affinity;
        found.attr.affinity_size = sizeof found.affinity;
    }
    return error ? error : weft__posix_write_attr(attr, &found);
}
