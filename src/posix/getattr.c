// SPDX-License-Identifier: MIT
// getattr.c - pthread_getattr_np: how a running thread was made.
// Read before: attrs_musl.c or attr_glibc.c.
//
// The stack of a thread is known to its own data. The main thread's is the
// kernel's: it ends where the mapping ends that holds the environment, and may grow
// down as far as RLIMIT_STACK allows, or until there is another mapping.
#include <fcntl.h>
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

static int main_stack(struct weft__given *stack)
{
    struct reader reader = {{0, 0}, 0, 0};
    struct rlimit limit;
    int kept = errno, state;
    weft_set_cancel_state(WEFT_CANCEL_DISABLE, &state); // open, read, close
    int error = find_mapping(&reader, (uintptr_t)*environ);
    weft_set_cancel_state(state, NULL);
    errno = kept;
    if (error) {
        return error;
    }
    uintptr_t end = reader.number[1];
    size_t size = end - reader.below;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < size) {
        size = limit.rlim_cur & ~(weft__page_size - 1);
    }
    stack->stack = (char *)end - size;
    stack->stack_size = size;
    return 0;
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
        found.given.stack = (char *)block->base + block->guard_size;
        // place.c: TLS lies above it, and the thread's own data above that.
        uintptr_t top =
            ((uintptr_t)data - weft__host_tls_size()) & ~(uintptr_t)63;
        found.given.stack_size = top - (uintptr_t)found.given.stack;
        found.attr.guard_size = block->guard_size;
    }
    if (weft__life_is_detached(hold.record)) {
        found.attr.flags = WEFT_DETACHED;
    }
    weft__let_go(&hold);
    int error = 0;
    if (is_main) {
        error = main_stack(&found.given);
    }
    if (error == 0) {
        error = weft_get_sched(t, &found.attr.policy, &found.attr.priority);
    }
    if (error == 0) {
        error = weft_get_affinity(t, found.affinity, sizeof found.affinity);
        found.attr.affinity = found.affinity;
        found.attr.affinity_size = sizeof found.affinity;
    }
    return error ? error : weft__posix_write_attr(attr, &found);
}
