// SPDX-License-Identifier: MIT
// place.c - check what a thread is to be given, and carve its memory.
// Read before: stack.c, thread.h.  Read after: thread.c.
#include <weft/error.h>
#include "arch.h"
#include "host/host.h"
#include "linux.h"
#include "name.h"
#include "place.h"
#include "stack.h"

static size_t overhead(void)
{
    return sizeof(struct weft__thread) + 64 + weft__host_tls_size() + 64;
}

size_t weft_stack_overhead(void)
{
    return overhead();
}

// Both kinds of memory are carved alike.
static struct weft__place place_in(void *memory, size_t size)
{
    const uintptr_t line = 64; // a cache line
    uintptr_t top = (uintptr_t)memory + size;
    uintptr_t self = (top - sizeof(struct weft__thread)) & ~(line - 1);
    uintptr_t tls = (self - weft__host_tls_size()) & ~(line - 1);
    return (struct weft__place){(struct weft__thread *)self, (void *)tls,
                                (char *)tls};
}

int weft__place_check(const weft_attr *attr)
{
    const uint32_t known = WEFT_DETACHED | WEFT_EXPLICIT_SCHED;
    if (attr->flags & ~known) {
        return WEFT_EINVAL;
    }
    if (attr->name != NULL && weft__name_size(attr->name) > COMM_SIZE) {
        return WEFT_EINVAL;
    }
    if (attr->stack == NULL) {
        int given = attr->stack_size != 0;
        return given && attr->stack_size < WEFT_STACK_MIN ? WEFT_EINVAL : 0;
    }
    uintptr_t end;
    if (__builtin_add_overflow((uintptr_t)attr->stack, attr->stack_size,
                               &end) ||
        attr->stack_size < overhead() + weft__least_stack()) {
        return WEFT_EINVAL;
    }
    return 0;
}

int weft__place_find(struct weft__place *place, struct weft__block **block,
                     const weft_attr *attr)
{
    if (attr->stack != NULL) {
        *place = place_in(attr->stack, attr->stack_size);
        return 0;
    }
    size_t size = attr->stack_size ? attr->stack_size : weft__default_stack;
    if (size < weft__least_stack()) {
        size = weft__least_stack();
    }
    size_t guard_size = attr->guard_size;
    if (guard_size == 0) {
        guard_size = ARCH_STACK_GUARD; // rounded up to pages with the rest
    } else if (guard_size == WEFT_NO_GUARD) {
        guard_size = 0;
    }
    if (size > SIZE_MAX / 4 || guard_size > SIZE_MAX / 4) {
        return WEFT_ENOMEM;
    }
    int error = weft__stack_get(block, size + overhead(), guard_size);
    if (error == 0) {
        char *low = (char *)(*block)->base + (*block)->guard_size;
        *place = place_in(low, (size_t)((char *)*block - low));
    }
    return error;
}
