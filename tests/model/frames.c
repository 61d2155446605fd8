// SPDX-License-Identifier: MIT
// frames.c - what lies on a thread's stack ends when its function returns.
// The compiler's calls (see plain.c) say where functions begin and end, and what
// is accessed.
#include "machine.h"

// Functions that only the compiler names.
#define CALLED_BY_THE_COMPILER(SIZE)                                           \
    void __tsan_read##SIZE(void *address);                                     \
    void __tsan_write##SIZE(void *address);                                    \
    void __tsan_unaligned_read##SIZE(void *address);                           \
    void __tsan_unaligned_write##SIZE(void *address);                          \
    void __tsan_read##SIZE(void *address)                                      \
    {                                                                          \
        plain_access((uintptr_t)address, SIZE, 0);                             \
    }                                                                          \
    void __tsan_write##SIZE(void *address)                                     \
    {                                                                          \
        plain_access((uintptr_t)address, SIZE, 1);                             \
    }                                                                          \
    void __tsan_unaligned_read##SIZE(void *address)                            \
    {                                                                          \
        plain_access((uintptr_t)address, SIZE, 0);                             \
    }                                                                          \
    void __tsan_unaligned_write##SIZE(void *address)                           \
    {                                                                          \
        plain_access((uintptr_t)address, SIZE, 1);                             \
    }

CALLED_BY_THE_COMPILER(1)
CALLED_BY_THE_COMPILER(2)
CALLED_BY_THE_COMPILER(4)
CALLED_BY_THE_COMPILER(8)
CALLED_BY_THE_COMPILER(16)

void __tsan_init(void);
void __tsan_read_range(void *address, size_t size);
void __tsan_write_range(void *address, size_t size);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);

void __tsan_init(void)
{
}

void __tsan_read_range(void *address, size_t size)
{
    plain_access((uintptr_t)address, size, 0);
}

void __tsan_write_range(void *address, size_t size)
{
    plain_access((uintptr_t)address, size, 1);
}

// Where each stack was accessed: words of eight bytes, in no order.
enum { TOUCHED = 2048 };
static struct {
    uintptr_t words[TOUCHED];
    unsigned count;
} touched[MODEL_THREADS];

void frames_reset(void)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        touched[i].count = 0;
    }
}

// Whose stack it is, or MODEL_THREADS.
static unsigned owner(uintptr_t address)
{
    uintptr_t offset = address - (uintptr_t)model_stacks;
    return offset < sizeof model_stacks ? (unsigned)(offset / STACK_SIZE)
                                        : MODEL_THREADS;
}

int plain_own_stack(uintptr_t address)
{
    return owner(address) == model_current;
}

void frames_touched(uintptr_t address)
{
    unsigned thread = owner(address);
    if (thread < MODEL_THREADS) {
        if (touched[thread].count == TOUCHED) {
            model_fail("more than %d words of one stack", TOUCHED);
        }
        touched[thread].words[touched[thread].count++] = address;
    }
}

int frames_left(uintptr_t address)
{
    unsigned thread = owner(address);
    if (thread == MODEL_THREADS || thread == model_current) {
        return 0;
    }
    struct thread *t = &model_threads[thread];
    return t->depth == 0 || address < t->frames[t->depth - 1];
}

// A kernel thread that is asleep in recycle.c has all signals blocked, and a creator
// is the first to write some of what it will go on with.
int frames_lent(uintptr_t address)
{
    unsigned thread = owner(address);
    return thread < MODEL_THREADS && kernel_has_block(thread) &&
           signals_all_blocked(thread) && !frames_left(address);
}

void __tsan_func_entry(void *caller)
{
    (void)caller;
    if (model_current == ALONE) {
        return;
    }
    struct thread *self = running();
    if (self->depth == sizeof self->frames / sizeof self->frames[0]) {
        model_fail("calls nested too deeply");
    }
    self->frames[self->depth++] = (uintptr_t)__builtin_frame_address(0);
}

void frames_empty(void)
{
    running()->depth = 0;
    for (unsigned i = 0; i < touched[model_current].count; i++) {
        plain_leave(touched[model_current].words[i]);
    }
    touched[model_current].count = 0;
}

void __tsan_func_exit(void)
{
    if (model_current == ALONE) {
        return;
    }
    struct thread *self = running();
    self->depth--;
    uintptr_t low =
        self->depth > 0 ? self->frames[self->depth - 1] : UINTPTR_MAX;
    unsigned kept = 0;
    unsigned count = touched[model_current].count;
    uintptr_t *words = touched[model_current].words;
    for (unsigned i = 0; i < count; i++) {
        if (words[i] >= low) {
            words[kept++] = words[i];
        } else {
            plain_leave(words[i]);
        }
    }
    touched[model_current].count = kept;
}
