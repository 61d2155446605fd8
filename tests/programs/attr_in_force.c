// SPDX-License-Identifier: MIT
// attr_in_force.c - what was asked for is there at the first instruction.
//
//     attr_in_force name|detached|affinity|fifo|sigmask|inherit|all ROUNDS
//
// The start routine looks at itself first thing, and finds the name, the CPUs,
// the policy and the signal mask that its creator asked for; with none asked,
// those of its creator. Attributes that are set from outside after clone, or by
// the thread after it began, are missing in some of the rounds.
#include "support_sched.h"

struct view {
    char name[WEFT_NAME_MAX];
    unsigned char cpus[128];
    int policy, priority;
    uint64_t mask;
    int done;
};

// Asks the kernel, not the library.
static void look(struct view *view)
{
    CHECK_EQ(sys(__NR_prctl, PR_GET_NAME, view->name), 0);
    CHECK(sys(__NR_sched_getaffinity, 0, sizeof view->cpus, view->cpus) > 0);
    view->policy = (int)sys(__NR_sched_getscheduler, 0);
    CHECK_EQ(sys(__NR_sched_getparam, 0, &view->priority), 0);
    CHECK_EQ(sys(__NR_rt_sigprocmask, 0, NULL, &view->mask, 8), 0);
}

static void *look_around(void *arg)
{
    struct view *view = arg;
    look(view);
    set_word(&view->done, 1);
    return NULL;
}

static int same_cpus(const unsigned char *a, const unsigned char *b)
{
    for (int i = 0; i < 128; i++) {
        if (a[i] != b[i]) {
            return 0;
        }
    }
    return 1;
}

// 33 is one of the signals that libraries work with: it stays open.
#define MASK_ASKED (signal_bit(SIGUSR2) | signal_bit(40) | signal_bit(33))
#define MASK_GIVEN (signal_bit(SIGUSR2) | signal_bit(40))

static void check(const weft_attr *attr, const struct view *mine)
{
    struct view view = {0};
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, attr, look_around, &view), 0);
    if (attr->flags & WEFT_DETACHED) {
        CHECK(weft_join(thread, NULL) != 0);
        until_equal(&view.done, 1);
    } else {
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
    int explicit = attr->flags & WEFT_EXPLICIT_SCHED;
    CHECK(same_text(view.name, attr->name ? attr->name : mine->name));
    CHECK(same_cpus(view.cpus, attr->affinity ? attr->affinity : mine->cpus));
    CHECK_EQ(view.policy, explicit ? attr->policy : mine->policy);
    CHECK_EQ(view.priority, explicit ? attr->priority : mine->priority);
    CHECK_EQ(view.mask, attr->sigmask ? MASK_GIVEN : mine->mask);
}

// One CPU that main may use, but not always the first.
static void choose_cpu(const struct view *mine, unsigned char *cpus,
                       int64_t turn)
{
    int index = (int)(turn % cpu_count());
    for (int cpu = 0; cpu < 1024; cpu++) {
        if ((mine->cpus[cpu / 8] >> cpu % 8 & 1) && index-- == 0) {
            cpus[cpu / 8] = (unsigned char)(1 << cpu % 8);
        }
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    static const char *const names[] = {"a", "fifteen-letters", ""};
    const uint64_t mask = MASK_ASKED;
    const uint64_t some = signal_bit(SIGURG) | signal_bit(50);
    int all = is_case(argc, argv, "all");
    int fifo = may_use_fifo();
    int64_t rounds = arg_number(argc, argv, 2, 100);
    (void)envp;
    CHECK(argc > 1);
    CHECK_EQ(weft_sigmask(WEFT_SIG_SETMASK, &some, NULL), 0);
    for (int64_t i = 0; i < rounds; i++) {
        unsigned char cpus[128] = {0};
        weft_attr attr = {0};
        struct view mine;
        look(&mine);
        CHECK_EQ(mine.mask, some); // create has put it back
        if (all || is_case(argc, argv, "name")) {
            attr.name = names[i % 3];
        }
        if (all || is_case(argc, argv, "detached")) {
            attr.flags |= WEFT_DETACHED;
        }
        if (all || is_case(argc, argv, "affinity")) {
            choose_cpu(&mine, cpus, i);
            attr.affinity = cpus;
            attr.affinity_size = sizeof cpus;
        }
        if (all || is_case(argc, argv, "fifo")) {
            attr.flags |= WEFT_EXPLICIT_SCHED;
            attr.policy = fifo && i % 2 ? SCHED_FIFO : SCHED_BATCH;
            attr.priority = fifo && i % 2 ? (int)(1 + i % 98) : 0;
        }
        if (all || is_case(argc, argv, "sigmask")) {
            attr.sigmask = &mask;
        }
        check(&attr, &mine);
    }
    return 0;
}
