// SPDX-License-Identifier: MIT
// sandbox.c - a sandbox that refuses a system call gets errors, not crashes.
//
//     sandbox mmap|mprotect|clone|prctl|affinity|scheduler|sigmask|madvise|munmap
//
// A seccomp filter answers EPERM or ENOSYS to one call. A create that needs it is
// WEFT_EPERM or WEFT_ENOTSUP, over and over, with nothing leaked and no user code
// run; one that does not need it works. madvise and munmap are never needed: what
// cannot be given back is kept, and used again.
#include "support_gate.h"
#include "support_memory.h"

enum { AT_ONCE = 150, TRIES = 200, SIZE = 16384 };

WEFT_STACK(region, SIZE);

static const struct {
    const char *name;
    int nr;
} calls[] = {
    {"mmap", __NR_mmap},
    {"mprotect", __NR_mprotect},
    {"clone", __NR_clone},
    {"prctl", __NR_prctl},
    {"affinity", __NR_sched_setaffinity},
    {"scheduler", __NR_sched_setscheduler},
    {"sigmask", __NR_rt_sigprocmask},
    {"madvise", __NR_madvise},
    {"munmap", __NR_munmap},
};

static const char *what;
static int number;
static int ran;

static void *start(void *arg)
{
    __atomic_fetch_add(&ran, 1, __ATOMIC_RELAXED);
    return arg;
}

static int is(const char *name)
{
    return same_text(what, name);
}

// One that needs the call.
static weft_attr needy(void)
{
    static const unsigned char cpus[128] = {0xff};
    weft_attr attr = {0};
    if (is("prctl") || is("sigmask")) {
        attr.name = "needy";
    } else if (is("affinity")) {
        attr.affinity = cpus;
        attr.affinity_size = sizeof cpus;
    } else if (is("scheduler")) {
        attr.flags = WEFT_EXPLICIT_SCHED;
        attr.policy = SCHED_BATCH;
    }
    return attr;
}

static void create_and_join(const weft_attr *attr)
{
    weft_thread thread;
    int before = ran;
    CHECK_EQ(weft_create(&thread, attr, start, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    CHECK_EQ(ran, before + 1);
}

static void check_refusals(int error)
{
    const weft_attr plain = {0};
    const weft_attr own = {.stack = region, .stack_size = sizeof region};
    const weft_attr unguarded = {.guard_size = WEFT_NO_GUARD};
    const weft_attr attr = needy();
    uint64_t space = 0;
    long maps = 0;
    for (int i = 0; i < TRIES; i++) {
        weft_thread thread = 1;
        CHECK_EQ(weft_create(&thread, &attr, start, NULL), error);
        CHECK_EQ(thread, 0);
        if (i == 0) { // a block may be kept
            space = address_space();
            maps = maps_count();
        }
    }
    CHECK_EQ(ran, 0);
    CHECK_EQ(address_space(), space);
    CHECK_EQ(maps_count(), maps);
    if (is("clone")) {
        return; // then there are no threads
    }
    create_and_join(&own);
    if (is("mprotect")) {
        create_and_join(&unguarded);
    } else if (!is("mmap")) {
        create_and_join(&plain);
    }
}

static void *pass_gate(void *arg)
{
    gate_wait(arg);
    return NULL;
}

// Many at once, three times: the second and third crowd run where the first did.
static void crowds(void)
{
    long maps = 0;
    for (int i = 0; i < 3; i++) {
        weft_thread threads[AT_ONCE];
        struct gate gate;
        gate_make(&gate);
        for (int j = 0; j < AT_ONCE; j++) {
            CHECK_EQ(weft_create(&threads[j], NULL, pass_gate, &gate), 0);
        }
        gate_open(&gate);
        for (int j = 0; j < AT_ONCE; j++) {
            CHECK_EQ(weft_join(threads[j], NULL), 0);
        }
        gate_remove(&gate);
        if (i == 0) {
            maps = maps_count();
        }
    }
    CHECK(maps_count() <= maps);
}

static int in_sandbox(void *arg)
{
    int error = *(int *)arg;
    seccomp_errno(number, error);
    if (is("madvise") || is("munmap")) {
        crowds();
    } else {
        check_refusals(error == EPERM    ? WEFT_EPERM
                       : error == ENOSYS ? WEFT_ENOTSUP
                                         : WEFT_EAGAIN);
    }
    return 0;
}

// What is in the cache needs no memory.
static int with_cache(void *arg)
{
    const weft_attr plain = {0};
    create_and_join(&plain);
    seccomp_errno(number, *(int *)arg);
    create_and_join(&plain);
    return 0;
}

int weft_main(int argc, char **argv, char **envp)
{
    int errors[] = {EPERM, ENOSYS, ENOMEM};
    (void)envp;
    CHECK(argc > 1);
    what = argv[1];
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        number = is(calls[i].name) ? calls[i].nr : number;
    }
    for (int i = 0; i < 3; i++) {
        CHECK(exited_with(run_in_child(in_sandbox, &errors[i]), 0));
        if (is("mmap") || is("mprotect")) {
            CHECK(exited_with(run_in_child(with_cache, &errors[i]), 0));
        }
    }
    return 0;
}
