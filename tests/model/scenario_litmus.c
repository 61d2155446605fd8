// SPDX-License-Identifier: MIT
// scenario_litmus.c - the model of memory against what C11 allows and forbids.
// Each test is known by its name in the literature; X and Y begin as 0, the
// outcome is what the threads have read, and the list holds all there may be and
// all there must be. (Y and Z stand in finish for their last values.)
#include "model.h"
#include "seam/atomic_hook.h"

const char model_primitive[] = "litmus";
const char model_sources[] = "";

static uint32_t x, y, z;
static unsigned r[4]; // what was read; each written by one thread

#define READ(WORD, ORDER)         (unsigned)MODEL_LOAD(4, &WORD, ORDER)
#define WRITE(WORD, VALUE, ORDER) MODEL_STORE(4, &WORD, VALUE, ORDER)
#define ADD(WORD, VALUE, ORDER)   MODEL_UPDATE(add, 4, &WORD, VALUE, ORDER)
#define FENCE(ORDER)              model_fence(MODEL_SITE(FENCE, "fence", "", ORDER, RELAXED))

// Threads are made of one or two accesses each.
#define THREAD(NAME, ...)                                                      \
    static void NAME(void)                                                     \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

static void two(void)
{
    model_outcome("%u%u", r[0], r[1]);
}

static void three(void)
{
    model_outcome("%u%u%u", r[0], r[1], r[2]);
}

static void four(void)
{
    model_outcome("%u%u,%u%u", r[0], r[1], r[2], r[3]);
}

static void last_x_y(void)
{
    model_outcome("%u%u", READ(x, RELAXED), READ(y, RELAXED));
}

static void read_and_last_x(void)
{
    model_outcome("%u%u", r[0], READ(x, RELAXED));
}

static void read_and_last_y(void)
{
    model_outcome("%u%u", r[0], READ(y, RELAXED));
}

// ---- Message passing: X is the data, Y the flag ----

THREAD(mp_write, WRITE(x, 1, RELAXED); WRITE(y, 1, RELEASE);)
THREAD(mp_write_relaxed, WRITE(x, 1, RELAXED); WRITE(y, 1, RELAXED);)
THREAD(mp_write_fence, WRITE(x, 1, RELAXED); FENCE(RELEASE);
       WRITE(y, 1, RELAXED);)
THREAD(mp_read, r[0] = READ(y, ACQUIRE); r[1] = READ(x, RELAXED);)
THREAD(mp_read_relaxed, r[0] = READ(y, RELAXED); r[1] = READ(x, RELAXED);)
THREAD(mp_read_fence, r[0] = READ(y, RELAXED); FENCE(ACQUIRE);
       r[1] = READ(x, RELAXED);)

// ---- Store buffering ----

THREAD(sb_0, WRITE(x, 1, RELEASE); r[0] = READ(y, ACQUIRE);)
THREAD(sb_1, WRITE(y, 1, RELEASE); r[1] = READ(x, ACQUIRE);)
THREAD(sb_0_fence, WRITE(x, 1, RELAXED); FENCE(SEQ_CST);
       r[0] = READ(y, RELAXED);)
THREAD(sb_1_fence, WRITE(y, 1, RELAXED); FENCE(SEQ_CST);
       r[1] = READ(x, RELAXED);)
THREAD(sb_0_weak_fence, WRITE(x, 1, RELAXED); FENCE(ACQ_REL);
       r[0] = READ(y, RELAXED);)
THREAD(sb_0_sc, WRITE(x, 1, SEQ_CST); r[0] = READ(y, SEQ_CST);)
THREAD(sb_1_sc, WRITE(y, 1, SEQ_CST); r[1] = READ(x, SEQ_CST);)
THREAD(sb_0_update, ADD(x, 1, ACQ_REL); r[0] = READ(y, ACQUIRE);)
THREAD(sb_1_update, ADD(y, 1, ACQ_REL); r[1] = READ(x, ACQUIRE);)
// An update of one more word that both make does order them.
THREAD(sb_0_meet, WRITE(x, 1, RELAXED); ADD(z, 1, ACQ_REL);
       r[0] = READ(y, RELAXED);)
THREAD(sb_1_meet, WRITE(y, 1, RELAXED); ADD(z, 1, ACQ_REL);
       r[1] = READ(x, RELAXED);)

// ---- Load buffering: left out of the model ----

THREAD(lb_0, r[0] = READ(x, RELAXED); WRITE(y, 1, RELAXED);)
THREAD(lb_1, r[1] = READ(y, RELAXED); WRITE(x, 1, RELAXED);)

// ---- Independent reads of independent writes ----

THREAD(write_x, WRITE(x, 1, RELEASE);)
THREAD(write_y, WRITE(y, 1, RELEASE);)
THREAD(write_x_sc, WRITE(x, 1, SEQ_CST);)
THREAD(write_y_sc, WRITE(y, 1, SEQ_CST);)
THREAD(iriw_2, r[0] = READ(x, ACQUIRE); r[1] = READ(y, ACQUIRE);)
THREAD(iriw_3, r[2] = READ(y, ACQUIRE); r[3] = READ(x, ACQUIRE);)
THREAD(iriw_2_sc, r[0] = READ(x, SEQ_CST); r[1] = READ(y, SEQ_CST);)
THREAD(iriw_3_sc, r[2] = READ(y, SEQ_CST); r[3] = READ(x, SEQ_CST);)
THREAD(iriw_2_fence, r[0] = READ(x, RELAXED); FENCE(SEQ_CST);
       r[1] = READ(y, RELAXED);)
THREAD(iriw_3_fence, r[2] = READ(y, RELAXED); FENCE(SEQ_CST);
       r[3] = READ(x, RELAXED);)

// ---- Coherence: one location alone ----

THREAD(co_write, WRITE(x, 1, RELAXED); WRITE(x, 2, RELAXED);)
THREAD(co_read, r[0] = READ(x, RELAXED); r[1] = READ(x, RELAXED);)
THREAD(co_write_read, WRITE(x, 1, RELAXED); r[0] = READ(x, RELAXED);)
THREAD(co_write_2, WRITE(x, 2, RELAXED);)
THREAD(co_read_write, r[0] = READ(x, RELAXED); WRITE(x, 1, RELAXED);)

// ---- Stores that overtake stores: 2+2W, S, R ----

THREAD(ww_0, WRITE(x, 1, RELAXED); WRITE(y, 2, RELAXED);)
THREAD(ww_1, WRITE(y, 1, RELAXED); WRITE(x, 2, RELAXED);)
THREAD(ww_0_fence, WRITE(x, 1, RELAXED); FENCE(SEQ_CST); WRITE(y, 2, RELAXED);)
THREAD(ww_1_fence, WRITE(y, 1, RELAXED); FENCE(SEQ_CST); WRITE(x, 2, RELAXED);)
THREAD(s_0, WRITE(x, 2, RELAXED); WRITE(y, 1, RELEASE);)
THREAD(s_1, r[0] = READ(y, ACQUIRE); WRITE(x, 1, RELAXED);)
THREAD(s_1_relaxed, r[0] = READ(y, RELAXED); WRITE(x, 1, RELAXED);)
THREAD(r_0, WRITE(x, 1, RELAXED); WRITE(y, 1, RELAXED);)
THREAD(r_1, WRITE(y, 2, RELAXED); r[0] = READ(x, RELAXED);)
THREAD(r_0_fence, WRITE(x, 1, RELAXED); FENCE(SEQ_CST); WRITE(y, 1, RELAXED);)
THREAD(r_1_fence, WRITE(y, 2, RELAXED); FENCE(SEQ_CST);
       r[0] = READ(x, RELAXED);)

// ---- Write to read causality ----

THREAD(write_x_relaxed, WRITE(x, 1, RELAXED);)
THREAD(wrc_1, r[0] = READ(x, RELAXED); WRITE(y, 1, RELEASE);)
THREAD(wrc_1_relaxed, r[0] = READ(x, RELAXED); WRITE(y, 1, RELAXED);)
THREAD(wrc_2, r[1] = READ(y, ACQUIRE); r[2] = READ(x, RELAXED);)

// ---- Release sequences: Y is 1 by a release, then somebody goes on ----

THREAD(rs_update, ADD(y, 1, RELAXED);)
THREAD(rs_write_again, WRITE(x, 1, RELAXED); WRITE(y, 1, RELEASE);
       WRITE(y, 2, RELAXED);)

// ---- Updates ----

THREAD(add_0, r[0] = (unsigned)ADD(x, 1, RELAXED);)
THREAD(add_1, r[1] = (unsigned)ADD(x, 1, RELAXED);)

static void cas_0(void)
{
    uint64_t seen = 0;
    r[0] = (unsigned)model_cas(MODEL_SITE(CAS, "cas", "x", RELAXED, RELAXED),
                               &x, 4, &seen, 2);
}

static void cas_1(void)
{
    uint64_t seen = 0;
    r[1] = (unsigned)model_cas(MODEL_SITE(CAS, "cas", "x", RELAXED, RELAXED),
                               &x, 4, &seen, 3);
}

// A failed cas acquires only by its second order.
static void cas_fails(void)
{
    uint64_t seen = 7;
    (void)model_cas(MODEL_SITE(CAS, "cas", "y", ACQ_REL, RELAXED), &y, 4, &seen,
                    8);
    r[0] = (unsigned)seen;
    r[1] = READ(x, RELAXED);
}

static void cas_fails_acquire(void)
{
    uint64_t seen = 7;
    (void)model_cas(MODEL_SITE(CAS, "cas", "y", ACQ_REL, ACQUIRE), &y, 4, &seen,
                    8);
    r[0] = (unsigned)seen;
    r[1] = READ(x, RELAXED);
}

#define TEST(NAME, PROVES, FINISH, OUTCOMES, ...)                              \
    {                                                                          \
        .name = NAME, .proves = PROVES, .finish = FINISH,                      \
        .threads = {__VA_ARGS__}, .outcomes = OUTCOMES                         \
    }

#define ALL_IRIW_BUT_1010                                                      \
    "00,00 00,01 00,10 00,11 01,00 01,01 01,10 01,11 10,00 10,01 10,11 "       \
    "11,00 11,01 11,10 11,11"

const struct scenario model_scenarios[] = {
    TEST("mp", "an acquire that reads a release sees what came before", two,
         "00 01 11", mp_write, mp_read),
    TEST("mp_relaxed", "without order, the data may come after the flag", two,
         "00 01 10 11", mp_write_relaxed, mp_read_relaxed),
    TEST("mp_no_acquire", "a release alone orders nothing", two, "00 01 10 11",
         mp_write, mp_read_relaxed),
    TEST("mp_no_release", "an acquire alone orders nothing", two, "00 01 10 11",
         mp_write_relaxed, mp_read),
    TEST("mp_fences", "a release fence and an acquire fence are partners", two,
         "00 01 11", mp_write_fence, mp_read_fence),
    TEST("mp_fence_release", "a release fence and an acquire load too", two,
         "00 01 11", mp_write_fence, mp_read),
    TEST("mp_fence_acquire", "a release store and an acquire fence too", two,
         "00 01 11", mp_write, mp_read_fence),
    TEST("sb", "acquire and release let a load overtake a store", two,
         "00 01 10 11", sb_0, sb_1),
    TEST("sb_fences", "seq_cst fences do not", two, "01 10 11", sb_0_fence,
         sb_1_fence),
    TEST("sb_one_fence", "a fence needs a partner", two, "00 01 10 11",
         sb_0_fence, sb_1),
    TEST("sb_weak_fence", "an acq_rel fence is not enough", two, "00 01 10 11",
         sb_0_weak_fence, sb_1_fence),
    TEST("sb_seq_cst", "seq_cst accesses stand in one order", two, "01 10 11",
         sb_0_sc, sb_1_sc),
    TEST("sb_update", "an update is no fence", two, "00 01 10 11", sb_0_update,
         sb_1_update),
    TEST("sb_meet", "updates of one word order what is around them", two,
         "01 10 11", sb_0_meet, sb_1_meet),
    TEST("lb", "load buffering is left out", two, "00 01 10", lb_0, lb_1),
    TEST("iriw", "two readers may disagree on which store came first", four,
         ALL_IRIW_BUT_1010 " 10,10", write_x, write_y, iriw_2, iriw_3),
    TEST("iriw_seq_cst", "not if all is seq_cst", four, ALL_IRIW_BUT_1010,
         write_x_sc, write_y_sc, iriw_2_sc, iriw_3_sc),
    TEST("iriw_fences", "nor with seq_cst fences between the reads", four,
         ALL_IRIW_BUT_1010, write_x, write_y, iriw_2_fence, iriw_3_fence),
    TEST("corr", "one location: nobody reads the older after the newer", two,
         "00 01 02 11 12 22", co_write, co_read),
    TEST("cowr", "one location: nobody reads what is older than his own store",
         read_and_last_x, "11 12 22", co_write_read, co_write_2),
    TEST("corw", "one location: a store is newer than what was read before",
         read_and_last_x, "01 02 21", co_read_write, co_write_2),
    TEST("2+2w", "stores may pass each other in two locations", last_x_y,
         "11 12 21 22", ww_0, ww_1),
    TEST("2+2w_fences", "not with seq_cst fences between them", last_x_y,
         "12 21 22", ww_0_fence, ww_1_fence),
    TEST("s", "a store after an acquire comes after the released one",
         read_and_last_x, "01 02 11", s_0, s_1),
    TEST("s_relaxed", "after a relaxed load it need not", read_and_last_x,
         "01 02 11 12", s_0, s_1_relaxed),
    TEST("r", "a store may be overtaken by a load and lose", read_and_last_y,
         "01 02 11 12", r_0, r_1),
    TEST("r_fences", "not with seq_cst fences", read_and_last_y, "01 11 12",
         r_0_fence, r_1_fence),
    TEST("wrc", "what a thread has read is released along with the rest", three,
         "000 001 010 011 100 101 111", write_x_relaxed, wrc_1, wrc_2),
    TEST("wrc_relaxed", "but by a release only", three,
         "000 001 010 011 100 101 110 111", write_x_relaxed, wrc_1_relaxed,
         wrc_2),
    TEST("release_sequence", "an update goes on with the release it has read",
         two, "00 01 10 11 21", mp_write, rs_update, mp_read),
    TEST("no_release_sequence", "a plain store ends it, also one's own", two,
         "00 01 11 20 21", rs_write_again, mp_read),
    TEST("adds", "no update is lost", three, "010 100", add_0, add_1),
    TEST("one_cas_wins", "of two equal cas one succeeds", three, "010 100",
         cas_0, cas_1),
    TEST("failed_cas", "a cas that fails orders what its second order says",
         two, "00 01 10 11", mp_write, cas_fails),
    TEST("failed_cas_acquire", "here acquire", two, "00 01 11", mp_write,
         cas_fails_acquire),
    {0},
};
