// SPDX-License-Identifier: MIT
// recycled.c - a kernel thread that becomes the next thread is as new.
//
//   recycled uses | fresh | not | attr | ends | stack
//
// Each life of a pair runs one after the other. What the first one leaves behind,
// the second one must not find; that it is the same kernel thread its tid says.
// Without the cleaning in between it would begin with a stranger's signal mask,
// CPUs or name, and without the looks before it, with what cannot be cleaned.
#include "support.h"
#include "support_sched.h"

enum { KEPT = 4, LIVES = 2000 };

static weft_key key;
static _Thread_local long variable = 7;
static char signal_stack[16384];

// What can be told of a thread by itself.
struct view {
    long tid, variable, niceness;
    void *value;
    uint64_t mask, pending, fp_control;
    unsigned long cpus[16];
    char name[16];
    int stack_flags, cancel_state, cancel_type, policy; // and no padding
};

static void *look(void *out)
{
    struct view *view = out;
    stack_t stack;
    view->tid = sys(__NR_gettid);
    view->variable = variable;
    view->value = weft_key_get(key);
    CHECK_EQ(sys(__NR_rt_sigprocmask, SIG_BLOCK, NULL, &view->mask, 8), 0);
    CHECK_EQ(sys(__NR_rt_sigpending, &view->pending, 8), 0);
    CHECK_EQ(sys(__NR_sigaltstack, NULL, &stack), 0);
    view->stack_flags = stack.ss_flags;
    CHECK_EQ(sys(__NR_prctl, PR_GET_NAME, view->name), 0);
    CHECK(sys(__NR_sched_getaffinity, 0, sizeof view->cpus, view->cpus) > 0);
    view->fp_control = arch_fp_control();
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_ENABLE, &view->cancel_state), 0);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_DEFERRED, &view->cancel_type), 0);
    view->policy = (int)sys(__NR_sched_getscheduler, 0);
    view->niceness = sys(__NR_getpriority, 0, 0);
    return NULL;
}

static struct view view_of(const weft_attr *attr)
{
    static struct view view;
    weft_thread t;
    view = (struct view){0};
    CHECK_EQ(weft_create(&t, attr, look, &view), 0);
    CHECK_EQ(weft_join(t, NULL), 0);
    return view;
}

static void *tell_tid(void *unused)
{
    (void)unused;
    return (void *)sys(__NR_gettid);
}

static long live(const weft_attr *attr, void *(*start)(void *), void *arg)
{
    void *tid;
    weft_thread t;
    CHECK_EQ(weft_create(&t, attr, start, arg), 0);
    CHECK_EQ(weft_join(t, &tid), 0);
    CHECK_EQ(weft_tid(t), 0);
    CHECK_EQ(weft_join(t, &tid), WEFT_ESRCH);
    return (long)tid;
}

// ---- what a thread may leave behind ----

static void dirty_memory(void)
{
    variable = 8;
    CHECK_EQ(weft_key_set(key, &variable), 0);
}

static void dirty_mask(void)
{
    uint64_t usr1 = (uint64_t)1 << (SIGUSR1 - 1);
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &usr1, NULL), 0);
}

static void dirty_signal_stack(void)
{
    const stack_t stack = {.ss_sp = signal_stack,
                           .ss_size = sizeof signal_stack};
    CHECK_EQ(sys(__NR_sigaltstack, &stack, NULL), 0);
}

static void dirty_name(void)
{
    CHECK_EQ(weft_set_name(weft_self(), "stranger"), 0);
}

static void dirty_cpus(void)
{
    unsigned long one[16] = {0};
    CHECK(sys(__NR_sched_getaffinity, 0, sizeof one, one) > 0);
    one[0] &= 0 - one[0];
    CHECK_EQ(weft_set_affinity(weft_self(), one, sizeof one), 0);
}

static void dirty_fp(void)
{
    arch_set_fp_control(arch_fp_control() | ARCH_FP_FLUSH_TO_ZERO);
}

static void dirty_cancel(void)
{
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
    CHECK_EQ(weft_cancel(weft_self()), 0);
}

static void dirty_pending(void)
{
    dirty_mask();
    CHECK_EQ(weft_kill(weft_self(), SIGUSR1), 0);
}

static void dirty_niceness(void)
{
    CHECK_EQ(sys(__NR_setpriority, 0, 0, 5), 0);
}

static void dirty_policy(void)
{
    int priority = 0;
    CHECK_EQ(sys(__NR_sched_setscheduler, 0, SCHED_BATCH, &priority), 0);
}

static void *be_dirty(void *dirty)
{
    ((void (*)(void))dirty)();
    return tell_tid(NULL);
}

static void same_view(struct view *a, struct view *b)
{
    a->tid = b->tid; // judged by itself
    const char *x = (const char *)a, *y = (const char *)b;
    for (size_t i = 0; i < sizeof *a; i++) {
        CHECK(x[i] == y[i]);
    }
}

// After a dirty life the next one is as the first one was. Recycled or not?
static int after(void (*dirty)(void))
{
    weft_recycle(0);
    struct view first = view_of(NULL);
    weft_recycle(KEPT);
    long tid = live(NULL, be_dirty, (void *)dirty);
    struct view next = view_of(NULL);
    int recycled = next.tid == tid;
    same_view(&first, &next);
    return recycled;
}

static void what_can_be_cleaned_is(void)
{
    CHECK(after(dirty_memory));
    CHECK(after(dirty_mask));
    CHECK(after(dirty_signal_stack));
    CHECK(after(dirty_name));
    CHECK(after(dirty_cpus));
    CHECK(after(dirty_fp));
    CHECK(after(dirty_cancel));
    // What the creator has changed meanwhile counts as well.
    long tid = live(NULL, tell_tid, NULL);
    dirty_name();
    dirty_mask();
    dirty_cpus();
    dirty_fp();
    struct view mine = {0}, next = view_of(NULL);
    CHECK_EQ(next.tid, tid);
    variable = 7;
    look(&mine);
    same_view(&mine, &next);
}

static void what_cannot_be_cleaned_ends(void)
{
    CHECK(!after(dirty_pending));
    CHECK(!after(dirty_niceness));
    CHECK(!after(dirty_policy));
}

// ---- other claims ----

static void the_next_thread_is_the_same_kernel_thread(void)
{
    const weft_attr large = {.stack_size = 1 << 20};
    const weft_attr region = {.stack = signal_stack,
                              .stack_size = sizeof signal_stack};
    long tid = live(NULL, tell_tid, NULL);
    CHECK(live(NULL, tell_tid, NULL) != tid); // not by itself
    CHECK_EQ(weft_recycle(KEPT), 0);
    tid = live(NULL, tell_tid, NULL);
    CHECK_EQ(live(NULL, tell_tid, NULL), tid);
    CHECK(live(&large, tell_tid, NULL) != tid);
    CHECK(live(&region, tell_tid, NULL) != tid);
    CHECK_EQ(live(NULL, tell_tid, NULL), tid);
}

static void attributes_are_in_force_or_refused(void)
{
    static const unsigned char no_cpu[128];
    uint64_t mask = (uint64_t)1 << (SIGUSR2 - 1);
    const weft_attr attr = {.name = "new", .sigmask = &mask};
    const weft_attr bad = {.affinity = no_cpu, .affinity_size = sizeof no_cpu};
    weft_thread t;
    CHECK_EQ(weft_recycle(KEPT), 0);
    long tid = live(NULL, tell_tid, NULL);
    struct view view = view_of(&attr);
    CHECK_EQ(view.tid, tid);
    CHECK(same_text(view.name, "new"));
    CHECK_EQ((int64_t)view.mask, (int64_t)mask);
    CHECK_EQ(weft_create(&t, &bad, tell_tid, NULL), WEFT_EINVAL);
    live(NULL, tell_tid, NULL);
}

// A thread that was joined still counts for a moment: the kernel clears the tid
// before it takes the thread off its list. One that is kept counts for ever, and
// this never ends.
static void until_threads(long most)
{
    while (thread_count() > most) {
        weft_yield();
    }
}

static void *join_all(void *handles)
{
    for (int i = 0; i < KEPT + 2; i++) {
        CHECK_EQ(weft_join(((weft_thread *)handles)[i], NULL), 0);
    }
    return NULL;
}

// No more than asked are kept, and with 0 all have gone on return.
static void no_more_are_kept_than_asked(void)
{
    weft_thread all[KEPT + 2];
    long before = thread_count(); // an emulator has some of its own
    CHECK_EQ(weft_recycle(KEPT), 0);
    for (int i = 0; i < KEPT + 2; i++) {
        CHECK_EQ(weft_create(&all[i], NULL, tell_tid, NULL), 0);
    }
    join_all(all);
    until_threads(before + KEPT);
    CHECK_EQ(weft_recycle(1), 0);
    until_threads(before + 1);
    CHECK_EQ(weft_recycle(0), 0);
    until_threads(before);
    CHECK_EQ(thread_count(), before);
}

static void *use_stack(void *unused)
{
    volatile char much[64 * 1024];
    for (size_t i = 0; i < sizeof much; i += 4096) {
        much[i] = 1;
    }
    (void)unused;
    weft_exit((void *)(uintptr_t)much);
}

static void each_life_begins_on_an_empty_stack(void)
{
    CHECK_EQ(weft_recycle(1), 0);
    long where = live(NULL, use_stack, NULL);
    for (int i = 0; i < LIVES; i++) {
        CHECK_EQ(live(NULL, use_stack, NULL), where);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK_EQ(weft_key_create(&key, NULL), 0);
    if (is_case(argc, argv, "uses")) {
        the_next_thread_is_the_same_kernel_thread();
    } else if (is_case(argc, argv, "fresh")) {
        what_can_be_cleaned_is();
    } else if (is_case(argc, argv, "not")) {
        what_cannot_be_cleaned_ends();
    } else if (is_case(argc, argv, "attr")) {
        attributes_are_in_force_or_refused();
    } else if (is_case(argc, argv, "ends")) {
        no_more_are_kept_than_asked();
    } else {
        CHECK(is_case(argc, argv, "stack"));
        each_life_begins_on_an_empty_stack();
    }
    return 0;
}
