// SPDX-License-Identifier: MIT
// cond_gone.c - who waited for a condition variable is no more.
//
//     cond_gone fork|killed|exits|holder
//
// In the child of a fork the threads that waited are gone, and their stacks are used
// again: the condition variable is as good as new, with every kind of mutex. Between
// processes a waiter may be killed, or simply end: others still get their signals, and
// the object can be ended and begun anew.
#include "support.h"
#include <linux/mman.h>

enum { WAITERS = 3, MS = 1000000 };

static weft_mutex mutex;
static weft_cond cond;
static int go;

static void *wait_for_ever(void *arg)
{
    weft_mutex_lock(&mutex);
    while (!go) {
        weft_cond_wait(&cond, &mutex);
    }
    weft_mutex_unlock(&mutex);
    return arg;
}

static void *scribble(void *arg)
{
    char buffer[16384];
    for (size_t i = 0; i < sizeof buffer; i++) {
        *(volatile char *)&buffer[i] = 'A';
    }
    return arg;
}

static weft_owned_mutex owned;
static int owned_go;

static void *wait_owned(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock(&owned), 0);
    while (!owned_go) {
        CHECK_EQ(weft_cond_wait_owned(&cond, &owned), 0);
    }
    CHECK_EQ(weft_owned_mutex_unlock(&owned), 0);
    return arg;
}

// One waits on the condition variable that had ghosts, and is signalled.
static void use_it_with(int kind)
{
    weft_thread thread;
    CHECK_EQ(weft_owned_mutex_init(&owned, kind, 0), 0);
    owned_go = 0;
    CHECK_EQ(weft_owned_mutex_lock(&owned), 0);
    CHECK_EQ(weft_cond_wait_owned_for(&cond, &owned, MS), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_create(&thread, NULL, wait_owned, NULL), 0);
    until_asleep(weft_tid(thread)); // for the mutex
    CHECK_EQ(weft_owned_mutex_unlock(&owned), 0);
    CHECK_EQ(weft_owned_mutex_lock(&owned), 0);
    owned_go = 1;
    weft_cond_signal(&cond);
    CHECK_EQ(weft_owned_mutex_unlock(&owned), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
}

static int use_it_in_child(void *arg)
{
    (void)arg;
    alarm_after(60);
    for (int i = 0; i < WAITERS; i++) { // on the stacks of those who waited
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, NULL, scribble, NULL), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
    const weft_cond before = cond;
    weft_cond_signal(&cond);
    cond = before;
    weft_cond_broadcast(&cond);
    weft_cond_signal(&cond);
    cond = before; // now the wait comes first
    use_it_with(WEFT_NORMAL);
    use_it_with(WEFT_RECURSIVE);
    use_it_with(WEFT_ERRORCHECK);
    cond = before;
    use_it_with(WEFT_RECURSIVE);
    cond = before;
    use_it_with(WEFT_ERRORCHECK);
    return 0;
}

static void in_a_child(void)
{
    weft_thread thread[WAITERS];
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_create(&thread[i], NULL, wait_for_ever, NULL), 0);
        until_asleep(weft_tid(thread[i]));
    }
    CHECK(exited_with(run_in_child(use_it_in_child, NULL), 0));
    weft_mutex_lock(&mutex); // and nothing has become of the parent's
    go = 1;
    weft_cond_broadcast(&cond);
    weft_mutex_unlock(&mutex);
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_join(thread[i], NULL), 0);
    }
}

// ---- Processes ----

static struct page {
    weft_owned_mutex mutex;
    weft_cond cond;
    int tokens, taken, locked, dead;
} * page;

static long start_child(void (*run)(void))
{
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        CHECK_EQ(sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL), 0);
        run();
        quit(0);
    }
    return pid;
}

// A child's name is short, and its state comes after it: "12 (name) S ...".
static void until_child_sleeps(long pid)
{
    struct line path = {0};
    char text[256];
    line_text(&path, "/proc/");
    line_number(&path, pid);
    line_text(&path, "/stat");
    for (;;) {
        long length = read_file(path.text, text, sizeof text);
        while (length > 0 && text[length - 1] != ')') {
            length--;
        }
        if (length > 0 && text[length + 1] == 'S') {
            return;
        }
        weft_yield();
    }
}

static void begin(void)
{
    page = (struct page *)sys(__NR_mmap, NULL, sizeof *page,
                              PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK((long)page > 0);
    CHECK_EQ(weft_owned_mutex_init(&page->mutex, WEFT_ERRORCHECK,
                                   WEFT_ROBUST | WEFT_SHARED),
             0);
    CHECK_EQ(weft_cond_init(&page->cond, WEFT_SHARED), 0);
}

static void consume(void)
{
    CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
    while (page->tokens == 0) {
        CHECK_EQ(weft_cond_wait_owned(&page->cond, &page->mutex), 0);
    }
    page->tokens--;
    set_word(&page->taken, page->taken + 1);
    CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
}

static void produce(void)
{
    CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
    page->tokens++;
    CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
    weft_cond_signal(&page->cond);
}

static int end_of(long pid)
{
    int status = 0;
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    return status;
}

static void kill_child(long pid)
{
    CHECK_EQ(sys(__NR_kill, pid, SIGKILL), 0);
    CHECK(killed_by(end_of(pid), SIGKILL));
}

// Twice, the second time with an object in the same place.
static void killed(void)
{
    for (int round = 0; round < 2; round++) {
        set_word(&page->taken, 0);
        long first = start_child(consume);
        until_child_sleeps(first);
        long second = start_child(consume);
        until_child_sleeps(second);
        // Stopped, the first one has its wake, and gets nowhere with it.
        CHECK_EQ(sys(__NR_kill, first, SIGSTOP), 0);
        produce();
        until_equal(&page->taken, 1);
        kill_child(first);
        CHECK(exited_with(end_of(second), 0));
        long third = start_child(consume);
        until_child_sleeps(third);
        kill_child(third);
        produce(); // for nobody
        page->tokens = 0;
        weft_cond_destroy(&page->cond);
        CHECK_EQ(weft_cond_init(&page->cond, WEFT_SHARED), 0);
    }
}

static void *wait_in_thread(void *arg)
{
    consume();
    return arg;
}

static void end_beside_a_waiter(void)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, wait_in_thread, NULL), 0);
    until_asleep(weft_tid(thread));
}

static void exits(void)
{
    CHECK(exited_with(end_of(start_child(end_beside_a_waiter)), 0));
    weft_cond_destroy(&page->cond);
    CHECK_EQ(weft_cond_init(&page->cond, WEFT_SHARED), 0);
    long pid = start_child(consume);
    until_child_sleeps(pid);
    produce();
    CHECK(exited_with(end_of(pid), 0));
}

static void hold_for_ever(void)
{
    CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
    set_word(&page->locked, 1);
    for (;;) {
        weft_sleep_for(WEFT_FOREVER);
    }
}

static void wait_for_a_death(void)
{
    CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
    int error;
    do {
        error = weft_cond_wait_owned(&page->cond, &page->mutex);
    } while (error == 0);
    CHECK_EQ(error, WEFT_EOWNERDEAD);
    CHECK_EQ(weft_owned_mutex_consistent(&page->mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
}

// A waiter that is signalled while a process has the mutex, which dies with it.
static void holder(void)
{
    long waiter = start_child(wait_for_a_death);
    until_child_sleeps(waiter);
    long other = start_child(hold_for_ever);
    until_equal(&page->locked, 1);
    weft_cond_signal(&page->cond);
    kill_child(other);
    CHECK(exited_with(end_of(waiter), 0));
    CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    alarm_after(200);
    if (is_case(argc, argv, "fork")) {
        in_a_child();
        return 0;
    }
    begin();
    if (is_case(argc, argv, "killed")) {
        killed();
    } else if (is_case(argc, argv, "exits")) {
        exits();
    } else {
        holder();
    }
    return 0;
}
