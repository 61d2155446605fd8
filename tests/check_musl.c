// SPDX-License-Identifier: MIT
// check_musl.c - linking with musl: what works, what must not, and which libc is
// refused. What the programs then do is in programs.def.
//
// Read before: runner.h, src/host/musl.h.
#include "runner.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT = 300 };

#define MUSL "/usr/lib/$ARCH-linux-musl"
#define LINK "$ARCH-linux-musl-gcc -std=c11 -D_GNU_SOURCE -O2 -Iinclude "

// The line of README.md for a program that can lie anywhere.
static void static_pie_runs_beside_musl(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && " LINK "-fPIE -static -nostartfiles "
             "-Wl,-pie,--no-dynamic-linker,-z,text " MUSL "/rcrt1.o " MUSL
             "/crti.o tests/hosted/libc_calls.c -L$BUILD -lweft " MUSL
             "/crtn.o -o $SCRATCH/pie && "
             "${CROSS}readelf -hlW $SCRATCH/pie | grep 'Type: *DYN' && "
             "! ${CROSS}readelf -lW $SCRATCH/pie | grep INTERP && "
             "$QEMU $SCRATCH/pie errno && $QEMU $SCRATCH/pie local");
}

static void programs_may_be_linked_with_gc_sections(int unused)
{
    (void)unused;
    must_run(LIMIT, "mkdir -p $SCRATCH && " LINK
                    "-Iarch/$ARCH -static -ffunction-sections "
                    "-Wl,--gc-sections tests/hosted/cancel_loss.c -L$BUILD "
                    "-lweft -o $SCRATCH/gc && $QEMU $SCRATCH/gc recv real 100");
}

// What would start threads that Weft knows nothing of, or end them.
static void libc_calls_that_start_threads_do_not_link(int unused)
{
    (void)unused;
    static const char *const names[] = {
        "pthread_create", "pthread_exit", "pthread_cancel",
        "thrd_create",    "timer_create", "aio_read",
        "lio_listio",     "mq_notify",    "pthread_key_create",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct result *result =
            try_run(LIMIT,
                    "mkdir -p $SCRATCH && cd $SCRATCH && printf '%%s\\n' "
                    "'#include <weft.h>' 'int %s(void);' "
                    "'int main(void) { return weft_self() ? 0 : %s(); }' "
                    "> starts.c && $ARCH-linux-musl-gcc -w -fno-builtin "
                    "-I$OLDPWD/include -static starts.c -L$OLDPWD/$BUILD "
                    "-lweft -o starts",
                    names[i], names[i]);
        if (exited_with(result, 0) ||
            strstr(result->err.text, "multiple definition") == NULL) {
            fail_with(result, names[i], "%s should not link", names[i]);
        }
    }
}

static void each_object_of_the_libc_is_used_or_replaced(int unused)
{
    (void)unused;
    must_run(LIMIT, "tests/symcheck.sh " MUSL "/libc.a $BUILD/libweft.a "
                    "${CROSS}nm");
    // The check itself: an object that would be half replaced.
    const struct result *result =
        try_run(LIMIT, "mkdir -p $SCRATCH && cd $SCRATCH && cp " MUSL
                       "/libc.a mixed.a && ${CROSS}ar x mixed.a synccall.lo && "
                       "${CROSS}objcopy --add-symbol "
                       "__other=.text.__synccall:0,global,function "
                       "synccall.lo && ${CROSS}ar r mixed.a synccall.lo && "
                       "cd $OLDPWD && tests/symcheck.sh $SCRATCH/mixed.a "
                       "$BUILD/libweft.a ${CROSS}nm");
    if (!exited_with(result, 1) ||
        strstr(result->out.text, "refused synccall.lo") == NULL) {
        fail_with(result, "symcheck.sh", "a mixed libc is not found");
    }
}

// ---- another libc than the one that is known ----

#define ONE_MORE(where) "s,^ *" where ",    long other; &,"
#define SWAP(a, b)                                                             \
    "s,^    " a ",    X,; s,^    " b ",    " a ",; s,^    X,    " b ","

// How src/host/musl.h is made wrong, by sed, and what the program must say.
static const struct {
    const char *edit;
    const char *said;
} wrongs[] = {
    {ONE_MORE("struct musl_thread \\*self;"), "__libc.tls_size"},
    {ONE_MORE("uint32_t tid;"), "__libc.tls_size"},
    {ONE_MORE("void \\*stack;"), "__libc.tls_size"},
    {ONE_MORE("struct weft__thread \\*result;"), "__libc.tls_size"},
    {ONE_MORE("const void \\*locale;"), "__libc.tls_size"},
    {ONE_MORE("void \\*stdio_locks;"), "__libc.tls_size"},
    {SWAP("struct musl_thread \\*self;", "uintptr_t sysinfo;"), "pthread.self"},
    {SWAP("uint32_t tid;", "int cancel;"), "pthread.tid"},
    {SWAP("int errno_value;", "int cancel;"), "pthread.errno_val"},
    {SWAP("int detach_state;", "int cancel;"), "pthread.detach_state"},
    {SWAP("    void \\*head;", "    long offset;"), "pthread.robust_list"},
    {SWAP("const void \\*locale;", "char \\*dlerror_text;"), "pthread.locale"},
    {"s,^    char threaded;,    char other; &,", "the flags in __libc"},
    {ONE_MORE("unsigned long \\*auxv;"), "__libc.auxv"},
    {ONE_MORE("struct musl_tls_module \\*tls_head;"), "__libc.page_size"},
    {"s,size_t tls_size\\, tls_align,size_t tls_align\\, tls_size,",
     "__libc.tls_size"},
    {ONE_MORE("size_t page_size;"), "__libc.page_size"},
    {ONE_MORE("const void \\*global_locale"), "pthread.locale"},
    {"s,^    int lock;,    int other; &,", "FILE.lock"},
    {"s,MUSL_JOINABLE = 2,MUSL_JOINABLE = 1,", "pthread.detach_state"},
};

// The archive with a changed copy of src/host in it; everything else is as built.
static void each_wrong_offset_is_refused_by_name(int number)
{
    char program[64];
    snprintf(program, sizeof program, "wrong%d", number);
    must_run(LIMIT,
             "s=$SCRATCH/%s; rm -rf $s && mkdir -p $s && cp -r src $s/src && "
             "sed -i '%s' $s/src/host/musl.h && "
             "! cmp -s src/host/musl.h $s/src/host/musl.h && "
             "cp $BUILD/libweft.a $s/libweft.a && flags=$(sed 's/ -Isrc .*//; "
             "s/-Werror//' $BUILD/flags) && for f in musl musl_verify "
             "musl_cancel; do $flags -Iinclude -I$s/src -Iarch/$ARCH -w -c "
             "$s/src/host/$f.c -o $s/$f.c.o || exit 1; done && "
             "${CROSS}ar r $s/libweft.a $s/*.c.o && " LINK
             "-static tests/hosted/processes.c -L$s -lweft -o $s/program",
             program, wrongs[number].edit);
    const struct result *result =
        try_run(LIMIT, "$QEMU $SCRATCH/%s/program status", program);
    if (!exited_with(result, 127) ||
        strstr(result->err.text,
               "weft: this libc is not a musl that Weft knows: ") == NULL ||
        strstr(result->err.text, wrongs[number].said) == NULL) {
        fail_with(result, wrongs[number].edit, "it should say: %s",
                  wrongs[number].said);
    }
}

static void all_wrong_offsets_are_refused(int unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        each_wrong_offset_is_refused_by_name((int)i);
    }
}

static const struct listed tests[] = {
    {"static_pie_runs_beside_musl", static_pie_runs_beside_musl, LIMIT},
    {"programs_may_be_linked_with_gc_sections",
     programs_may_be_linked_with_gc_sections, LIMIT},
    {"libc_calls_that_start_threads_do_not_link",
     libc_calls_that_start_threads_do_not_link, LIMIT},
    {"each_object_of_the_libc_is_used_or_replaced",
     each_object_of_the_libc_is_used_or_replaced, LIMIT},
    {"each_wrong_offset_is_refused_by_name", all_wrong_offsets_are_refused,
     2 * LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "musl", tests);
}
