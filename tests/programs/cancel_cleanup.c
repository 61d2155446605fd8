// SPDX-License-Identifier: MIT
// cancel_cleanup.c - what a thread does on its way out.
//
//   cancel_cleanup order     newest first, then the destructors of keys
//   cancel_cleanup exit      weft_exit in a handler: the others still run
//   cancel_cleanup second    a second request finds it disabled (L12)
//   cancel_cleanup storm ROUNDS [SEED]   requests without end, reads in handlers
#include "support.h"

static struct line diary; // one thread writes at a time
static int fds[2];
static int reached;

static void note(void *text)
{
    line_text(&diary, text);
}

static void *ordered(void *key)
{
    struct weft_cleanup linked, dropped;
    CHECK_EQ(weft_key_set(*(weft_key *)key, "k"), 0);
    weft_cleanup_push(note, "a");
    weft_cleanup_link(&linked, note, "b");
    weft_cleanup_link(&dropped, note, "x");
    weft_cleanup_unlink(&dropped);
    weft_cleanup_push(note, "y");
    weft_cleanup_pop(0);
    weft_cleanup_push(note, "0");
    weft_cleanup_pop(1); // run here
    weft_cleanup_push(note, "c");
    weft_sleep_until(WEFT_FOREVER);
    weft_cleanup_pop(0);
    weft_cleanup_unlink(&linked);
    weft_cleanup_pop(0);
    return NULL;
}

static void *value_of(void *(*start)(void *), void *arg)
{
    weft_thread t;
    void *value;
    CHECK_EQ(weft_create(&t, NULL, start, arg), 0);
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(weft_join(t, &value), 0);
    return value;
}

static void order(void)
{
    weft_key key;
    CHECK_EQ(weft_key_create(&key, note), 0);
    CHECK_EQ(value_of(ordered, &key), WEFT_CANCELED);
    CHECK(same_text(diary.text, "0cbak"));
}

static void exit_with_five(void *unused)
{
    note("e");
    (void)unused;
    weft_exit((void *)5);
}

static void *exiting(void *unused)
{
    weft_cleanup_push(note, "a");
    weft_cleanup_push(exit_with_five, NULL);
    weft_cleanup_push(note, "b");
    weft_test_cancel();
    until_equal(&reached, 1); // if the request was late
    weft_cleanup_pop(0);
    weft_cleanup_pop(0);
    weft_cleanup_pop(0);
    return unused;
}

static void *exiting_when_told(void *unused)
{
    CHECK_EQ(weft_cancel(weft_self()), 0);
    return exiting(unused);
}

static void exit_in_handler(void)
{
    CHECK_EQ(value_of(exiting_when_told, NULL), 5);
    CHECK(same_text(diary.text, "bea"));
}

// Everything that would end a cancelled thread, in a handler of one.
static void try_everything(void *unused)
{
    char byte;
    int old;
    (void)unused;
    set_word(&reached, 1);
    CHECK_EQ(weft_cancel(weft_self()), 0);
    CHECK_EQ(weft_syscall_cancel(__NR_read, fds[0], (long)&byte, 1, 0, 0, 0),
             1);
    weft_test_cancel();
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_ENABLE, &old), 0);
    CHECK_EQ(old, WEFT_CANCEL_DISABLE); // it is, whatever the thread had set
    weft_test_cancel();
    int64_t until = weft_now() + 1000;
    while (weft_now() < until) {
        __asm__ volatile("");
    }
    note("t");
}

static void *cleaning(void *unused)
{
    weft_cleanup_push(try_everything, NULL);
    weft_sleep_until(WEFT_FOREVER);
    weft_cleanup_pop(0);
    return unused;
}

static void one_clean_end(int requests)
{
    weft_thread t;
    void *value;
    diary = (struct line){0};
    set_word(&reached, 0);
    CHECK_EQ(weft_create(&t, NULL, cleaning, NULL), 0);
    CHECK_EQ(weft_cancel(t), 0);
    until_equal(&reached, 1);
    for (int i = 0; i < requests; i++) {
        CHECK_EQ(weft_cancel(t), 0);
    }
    CHECK_EQ(sys(__NR_write, fds[1], "x", 1), 1);
    for (int i = 0; i < requests; i++) {
        CHECK_EQ(weft_cancel(t), 0);
    }
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
    CHECK(same_text(diary.text, "t"));
}

static void storm(int argc, char **argv)
{
    int64_t rounds = arg_number(argc, argv, 2, 1000);
    uint64_t lots = random_start(argc, argv, 3);
    while (rounds-- > 0) {
        one_clean_end((int)random_below(&lots, 20));
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK_EQ(sys(__NR_pipe2, fds, 0), 0);
    if (is_case(argc, argv, "order")) {
        order();
    } else if (is_case(argc, argv, "exit")) {
        exit_in_handler();
    } else if (is_case(argc, argv, "second")) {
        one_clean_end(1);
    } else {
        storm(argc, argv);
    }
    return 0;
}
