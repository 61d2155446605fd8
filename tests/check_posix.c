// SPDX-License-Identifier: MIT
// check_posix.c - the drop-ins and their drivers, seen from outside.
//
// Read before: runner.h, src/driver/. What the programs of tests/posix
// do when they run is in programs.def.
#include "runner.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT = 300 };

#define GCC "build/bin/weft-gcc --target=$ARCH -D_GNU_SOURCE -DWEFT -std=c11 "
#define GXX "build/bin/weft-g++ --target=$ARCH -DWEFT -std=c++20 "

// The control: what these programs expect is not what Weft does, but what the
// standards say. (The parts between #ifdef WEFT are what they say, and a libc not.)
static void programs_hold_for_the_libcs_own_threads(int unused)
{
    (void)unused;
    // qemu-user has no robust lists, which glibc's robust mutexes need; and where
    // many threads come and go, glibc's own creation fails in it now and then.
    must_run(LIMIT,
             "mkdir -p $SCRATCH && for f in tests/posix/*.c; do "
             "case $QEMU$f in "
             "qemu*/locks.c|qemu*/agreed.c|qemu*/own_threads.c) continue;; "
             "esac; "
             "$CC -D_GNU_SOURCE -std=c11 -O1 -static -pthread $f "
             "-o $SCRATCH/stock && "
             "timeout 60 $QEMU $SCRATCH/stock > /dev/null || "
             "{ echo $f; exit 1; }; done");
    // These are the answers of both libcs.
    must_run(LIMIT, "case $QEMU in ?*) exit 0;; esac; "
                    "$ARCH-linux-musl-gcc -D_GNU_SOURCE -std=c11 -O1 -static "
                    "tests/posix/agreed.c -o $SCRATCH/stock && "
                    "timeout 60 $SCRATCH/stock");
    must_run(LIMIT, "for f in tests/posix/*.cc; do "
                    "${CROSS}g++ -std=c++20 -static -O1 $f -o $SCRATCH/stock "
                    "&& timeout 60 $QEMU $SCRATCH/stock > /dev/null || "
                    "{ echo $f; exit 1; }; done");
}

// What the drop-in is for: in a sandbox that knows no clone3, the libc's own
// threads are no threads.
static void clone3_refused_ends_the_libcs_own_logger(int unused)
{
    (void)unused;
    if (is_emulated()) {
        return; // qemu-user has no seccomp filters
    }
    const struct result *result = try_run(
        LIMIT, "mkdir -p $SCRATCH && $CC -x c++ -std=c++20 -O1 -static "
               "tests/posix/logger.cc -lstdc++ -lm -o $SCRATCH/stock && "
               "$SCRATCH/stock sandbox 2>&1");
    ck_assert_ptr_nonnull(strstr(result->out.text, "std::system_error"));
    must_run(LIMIT, "$BUILD/tests/posix_glibc_logger sandbox");
}

static void threads_are_made_by_clone_alone(int unused)
{
    (void)unused;
    if (is_emulated()) {
        return; // strace would see qemu's own threads
    }
    const struct result *result =
        must_run(LIMIT, "for p in posix_musl_course posix_glibc_course "
                        "posix_glibc_standard_library; do "
                        "strace -f -qq -e trace=clone,clone3 "
                        "$BUILD/tests/$p 2>&1 >/dev/null | "
                        "grep -o 'clone3*(' | sort -u; done");
    ck_assert_str_eq(result->out.text, "clone(\nclone(\nclone(\n");
}

// Of the libc's own threads nothing is in the programs but data and what computes.
static void nothing_of_the_libcs_threads_is_linked(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT,
        "mkdir -p $SCRATCH && " GCC "--libc=musl tests/posix/cancel.c "
        "-Wl,-Map=$SCRATCH/musl.map -o $SCRATCH/musl && " GXX
        "tests/posix/standard_library.cc "
        "-Wl,-Map=$SCRATCH/glibc.map -o $SCRATCH/glibc && "
        "sed -n 's|.*libc.a(\\(.*\\)\\.l*o).*|\\1|p' $SCRATCH/musl.map "
        "$SCRATCH/glibc.map | sort -u | "
        "grep -E '^(pthread|sem|thrd|mtx|cnd|tss|nptl|call_once|cancel)' | "
        "grep -vxE 'pthread_(self|equal|sigmask|keys|mutex_conf|atfork|"
        "cleanup_upto|setattr_default_np|[a-z]*attr_.*)|nptl-stack|"
        "nptl_(nthreads|deallocate_tsd|free_tcb)' || true");
    ck_assert_str_eq(result->out.text, "");
}

// A member of libc.a that is replaced in part must not be needed for its other
// part: the linker would take it as well, and there would be two of everything.
static void no_member_of_the_libc_is_replaced_in_part(int unused)
{
    (void)unused;
    const struct result *result =
        must_run(LIMIT, "tests/posix/mixed.sh ${CROSS}nm $BUILD/musl/weft.o "
                        "/usr/lib/$ARCH-linux-musl/libc.a && "
                        "tests/posix/mixed.sh ${CROSS}nm $BUILD/glibc/weft.o "
                        "$($CC -print-file-name=libc.a)");
    // These two call what is replaced, and are meant to.
    ck_assert_str_eq(result->out.text, "__syscall_cp.lo __syscall_cp\n"
                                       "fork.lo fork\n");
}

// What finds nobody in its way looks before it makes a frame. On aarch64 the return
// address in a frame is signed, and to emulate that takes thousands of times longer
// than the rest; everywhere it is time.
static void uncontended_calls_have_no_frame(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT, "for libc in musl glibc; do for f in pthread_once call_once "
               "pthread_mutex_lock pthread_mutex_unlock pthread_mutex_trylock "
               "mtx_lock mtx_unlock mtx_trylock sem_wait sem_trywait sem_post "
               "pthread_spin_lock pthread_spin_unlock pthread_spin_trylock "
               "pthread_cond_signal pthread_cond_broadcast cnd_signal "
               "cnd_broadcast pthread_getspecific pthread_setspecific "
               "tss_get tss_set; do "
               "${CROSS}objdump -d --no-show-raw-insn -j .text.$f "
               "$BUILD/$libc/weft.o | sed -n '/>:$/,$p' | awk -v f=$libc:$f "
               "'{ seen++ } /paciasp|stp|push|sub .*,%%rsp/ { print f; exit } "
               "$2 ~ /^(b[.]|b$|cb|tb|j|ret)/ { exit } "
               "END { if (seen < 3) print \"no \" f }'; done; done");
    ck_assert_str_eq(result->out.text, "");
}

static void refuses(const char *command, const char *what)
{
    const struct result *result = try_run(LIMIT,
                                          "mkdir -p $SCRATCH && rm -f "
                                          "$SCRATCH/p && %s 2>&1 && "
                                          "ls $SCRATCH/p",
                                          command);
    ck_assert_msg(!exited_with(result, 0), "%s: accepted", command);
    ck_assert_msg(strstr(result->out.text, what) != NULL, "%s: %s", command,
                  result->out.text);
}

static void drivers_refuse_what_would_not_work(int unused)
{
    (void)unused;
    refuses(GCC "-shared tests/posix/course.c -o $SCRATCH/p", "static");
    refuses(GCC "-fsanitize=thread tests/posix/course.c -o $SCRATCH/p",
            "with gcc itself");
    refuses(GCC "--libc=other tests/posix/course.c -o $SCRATCH/p",
            "musl or glibc");
    refuses("build/bin/weft-gcc --target=pdp11 tests/posix/course.c "
            "-o $SCRATCH/p",
            "There is:\n  --target=");
    // What there is for glibc only: the one that can do it is named.
    refuses(GXX "--libc=musl tests/posix/named.cc -o $SCRATCH/p",
            "tests/posix/named.cc: there is no C++ library for musl. weft-g++");
    refuses(GCC "--libc=musl -x c++ -c /dev/null -o $SCRATCH/p",
            "no C++ library");
    refuses(GCC "--libc=musl -fopenmp tests/posix/course.c -o $SCRATCH/p",
            "weft-glibc-gcc");
}

// Weft's object comes before all archives, so an early libc.a takes nothing; only
// who leaves Weft's object out by hand gets the libc's threads.
static void the_libcs_own_threads_are_refused(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && " GCC "tests/posix/course.c "
             "$($CC -print-file-name=libc.a) -o $SCRATCH/early && "
             "$QEMU $SCRATCH/early && " GCC "--libc=musl tests/posix/course.c "
             "/usr/lib/$ARCH-linux-musl/libc.a -o $SCRATCH/early && "
             "$QEMU $SCRATCH/early");
    refuses(GCC "-nostdlib $($CC -print-file-name=crt1.o) "
                "$($CC -print-file-name=crti.o) tests/posix/course.c "
                "-Wl,--start-group -lc -lgcc -lgcc_eh -Wl,--end-group "
                "$($CC -print-file-name=crtn.o) -o $SCRATCH/p",
            "threads of glibc itself");
    refuses(GCC "--libc=musl -nostdlib /usr/lib/$ARCH-linux-musl/crt1.o "
                "tests/posix/course.c -lc -lgcc -Wl,-Map=$SCRATCH/p.map "
                "-o $SCRATCH/p",
            "threads of musl itself");
}

// Each libc's types have sizes of their own. What the drivers compile is marked;
// what others compile is known where its headers leave a name of their own.
static void objects_for_another_libc_are_refused(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && cd $SCRATCH && rm -f *.a && "
             "cp $OLDPWD/tests/posix/standard.h . && "
             "for libc in musl glibc; do for lto in '' -flto; do "
             "$OLDPWD/build/bin/weft-$libc-gcc --target=$ARCH $lto -c "
             "-D_GNU_SOURCE $OLDPWD/tests/posix/course.c -o $libc$lto.o && "
             "ar rcs lib$libc$lto.a $libc$lto.o || exit 1; done; done && "
             "echo '#include <ctype.h>\n#include <setjmp.h>\njmp_buf at;"
             "int f(int c) { return setjmp(at) ? 0 : isalpha(c); }' > f.c && "
             "$CC -c f.c -o stock_glibc.o && "
             "$ARCH-linux-musl-gcc -c f.c -o stock_musl.o && "
             "echo 'int f(int); int main(void) { return f(0); }' > main.c");
    const char *const objects[] = {
        "$SCRATCH/%s.o",
        "$SCRATCH/%s-flto.o",
        "-L$SCRATCH -l%s",
        "$SCRATCH/main.c $SCRATCH/stock_%s.o",
        "$SCRATCH/%s.o -s -Wl,--gc-sections,-Map=$SCRATCH/m",
    };
    const char *const libcs[] = {"musl", "glibc"};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        for (int libc = 0; libc < 2; libc++) {
            char inputs[200];
            char command[600];
            char text[100];
            snprintf(inputs, sizeof inputs, objects[i], libcs[libc]);
            snprintf(text, sizeof text,
                     "for %s, and the program is linked with", libcs[libc]);
            snprintf(command, sizeof command, GCC "--libc=%s %s -o $SCRATCH/p",
                     libcs[1 - libc], inputs);
            refuses(command, text);
            must_run(LIMIT,
                     GCC "--libc=%s %s -o $SCRATCH/p && $QEMU $SCRATCH/p",
                     libcs[libc], inputs);
        }
    }
}

// C compiled by weft-gcc and linked by weft-g++, as CMake does it.
static void both_drivers_take_the_same_libc(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && " GCC "-c tests/posix/attributes.c "
             "-o $SCRATCH/c.o && " GXX "$SCRATCH/c.o -o $SCRATCH/both && "
             "$QEMU $SCRATCH/both");
}

static void the_libc_is_chosen_by_name(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT, "mkdir -p $SCRATCH && for d in weft-gcc weft-glibc-gcc "
               "weft-musl-gcc $ARCH-linux-gnu-weft-gcc "
               "$ARCH-linux-gnu-weft-g++ $ARCH-linux-musl-weft-gcc; do "
               "build/bin/$d --version | tail -n 1; done | "
               "sed \"s/$ARCH/ARCH/g; s/$(uname -m)/HERE/\" | "
               "sed s/ARCH/HERE/g");
    ck_assert_str_eq(result->out.text,
                     "weft-gcc: for HERE, with glibc\n"
                     "weft-glibc-gcc: for HERE, with glibc\n"
                     "weft-musl-gcc: for HERE, with musl\n"
                     "HERE-linux-gnu-weft-gcc: for HERE, with glibc\n"
                     "HERE-linux-gnu-weft-g++: for HERE, with glibc\n"
                     "HERE-linux-musl-weft-gcc: for HERE, with musl\n");
    must_run(LIMIT,
             "build/bin/$ARCH-linux-musl-weft-gcc -D_GNU_SOURCE -DWEFT "
             "tests/posix/course.c -o $SCRATCH/named && "
             "$QEMU $SCRATCH/named && $ARCH-linux-gnu-readelf -p .comment "
             "$SCRATCH/named > /dev/null && "
             "build/bin/weft-gcc --help | grep -q '^  weft-gcc weft-g++'");
}

// In a directory whose name has a blank, and with the options that say where
// something comes from or goes to.
static const char in_odd_ways[] =
    "w=\"$PWD/$SCRATCH/a b\" && rm -rf \"$w\" && mkdir -p \"$w\" && "
    "cp -r --parents build/bin build/driver build/$ARCH/musl/*[!j] "
    "build/$ARCH/glibc/*[!j] \"$w\" && cd \"$w\" && "
    "printf '%%s\\n' '#include <pthread.h>' '#include \"twice.h\"' "
    "'static void *f(void *p) { return p; }' 'int main(void) {' "
    "'pthread_t t; return TWICE(pthread_create(&t, 0, f, 0)) || "
    "pthread_join(t, 0); }' > p.c && echo '#define TWICE(x) ((x) * 2)' > "
    "twice.h "
    "&& for libc in musl glibc; do cc=\"$w/build/bin/weft-$libc-gcc\"; "
    "gcc() { rm -f p; \"$cc\" --target=$ARCH \"$@\"; }; "
    "run() { [ $($QEMU ./p; echo $?) = 0 ] || exit 1; }; "
    "gcc p.c -o p && run && "
    "gcc -static-pie -fPIE p.c -o p && run && "
    "gcc -pie -fPIE p.c -op && run && "
    "gcc -x c -I . - -o p < p.c && run && "
    "gcc -Wl,--gc-sections,-Map=m -pipe p.c -o p && run && grep -q weft.o m && "
    "rm m && gcc -Xlinker -Map -Xlinker 'm m' p.c -o p && run && test -s 'm m' "
    "&& "
    "gcc twice.h && test -s twice.h.gch && rm twice.h.gch && "
    "echo '-c p.c -o \"o o.o\"' > options && gcc @options && gcc 'o o.o' -o p "
    "&& "
    "run && gcc -r 'o o.o' -o r.o && gcc r.o -o p && run && "
    "gcc -save-temps -g3 -DHELP=--help p.c -o p && run && "
    "{ [ $libc = musl ] || gcc -save-temps --coverage p.c -o p; } && run && "
    "gcc -S p.c && gcc p.s -o p && run && "
    "gcc -flto -O2 p.c -o p && run && "
    "echo 'void _start(void) { for (;;) {} }' > s.c && "
    "gcc -nostdlib s.c -o p && test -x p && "
    "gcc -M p.c | grep -q pthread.h && gcc -E p.c | grep -q pthread_create && "
    "gcc -print-prog-name=as > /dev/null && gcc -dumpmachine | grep -q $ARCH "
    "&& "
    "for ld in bfd lld mold; do if command -v ld.$ld > /dev/null; then "
    "gcc -fuse-ld=$ld p.c -o p && run || exit 1; fi; done || "
    "{ echo $libc; exit 1; }; done";

static void drivers_do_what_gcc_does(int unused)
{
    (void)unused;
    must_run(LIMIT, in_odd_ways);
}

static void the_kernels_headers_are_beside_musl(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "printf '#include <linux/futex.h>\\n#include <asm/unistd.h>\\n"
             "#include <pthread.h>\\n#include <mtd/mtd-user.h>\\n"
             "int nr = __NR_futex + FUTEX_WAIT;\\n' | " GCC
             "--libc=musl -x c -c - -o /dev/null");
}

// A large frame is to find the guard, whatever lies behind it.
static void what_drivers_compile_probes_its_stack(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "probes() { echo 'void g(char *); void f(void) "
             "{ char c[100000]; g(c); }' | " GCC
             "-O2 -S -x c - -o - $1 | cksum; }; "
             "[ \"$(probes)\" = \"$(probes -fstack-clash-protection)\" ] "
             "&& [ \"$(probes)\" != \"$(probes "
             "-fno-stack-clash-protection)\" ]");
}

// A user who may have few processes: sooner or later, whichever fork fails, it is
// told, and no program is left that nobody has looked at.
static void a_fork_that_fails_is_told(int unused)
{
    (void)unused;
    if (getuid() != 0) {
        return; // a user's other processes count as well
    }
    const struct result *result = must_run(
        LIMIT,
        "d=$(mktemp -d) && chmod 777 $d && b=$PWD/build && "
        "cp tests/posix/course.c tests/posix/standard.h $d && cd $d && "
        "for n in 1 2 3 4 5 6 7 8; do "
        "setpriv --reuid=54321 --clear-groups prlimit --nproc=$n "
        "$b/bin/weft-gcc --target=$ARCH -D_GNU_SOURCE course.c -o p "
        "> out 2>&1 && break; "
        "if ! grep -qE 'fork' out || [ -e p ]; then cat out; ls; exit 1; "
        "fi; done; $QEMU ./p && cd / && rm -rf $d && [ $n -gt 3 ] && "
        "echo $n");
    ck_assert_str_ne(result->out.text, "8\n");
}

// As makefiles use a compiler: in two steps, with -static, by another name.
static void drivers_work_as_compilers_do(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && for libc in musl glibc; do " GCC
             "--libc=$libc -O2 -c tests/posix/c11.c -o $SCRATCH/c11.o && " GCC
             "--libc=$libc -static $SCRATCH/c11.o -lpthread -lm "
             "-o $SCRATCH/c11 && $QEMU $SCRATCH/c11 || exit 1; done && " GCC
             "-pthread tests/posix/c11.c -o $SCRATCH/c11 && "
             "$QEMU $SCRATCH/c11 && " GXX
             "-rdynamic tests/posix/named.cc -o $SCRATCH/named && "
             "$QEMU $SCRATCH/named");
    must_run(LIMIT, "cp tests/posix/c11.c tests/posix/standard.h $SCRATCH && "
                    "cd $SCRATCH && rm -f c11 && "
                    "make CC=\"$OLDPWD/build/bin/weft-gcc --target=$ARCH\" "
                    "CFLAGS=-D_GNU_SOURCE LDFLAGS=-static c11 && $QEMU ./c11");
}

static void archives_are_found_without_the_drivers(int unused)
{
    (void)unused;
    must_run(LIMIT, "mkdir -p $SCRATCH && $CC -D_GNU_SOURCE -DWEFT -static "
                    "-L$BUILD/glibc tests/posix/course.c -o $SCRATCH/course && "
                    "$QEMU $SCRATCH/course && "
                    "${CROSS}nm $SCRATCH/course | grep -q ' weft__create$'");
}

// What the linker wrote into the program about stacks. The sources are too short
// for files.
static void threads_get_the_stack_that_the_linker_was_told_of(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && cd $SCRATCH && "
             "printf '%%s\n' '#include <pthread.h>' "
             "'static void *look(void *size) { pthread_attr_t a; void *s;"
             " pthread_getattr_np(pthread_self(), &a);"
             " pthread_attr_getstack(&a, &s, size); return 0; }' "
             "'int main(void) { size_t size; pthread_t t;"
             " pthread_create(&t, 0, look, &size); pthread_join(t, 0);"
             " return size != SIZE; }' > z.c");
    must_run(LIMIT, "for l in musl glibc; do for n in 262144 655360; do " GCC
                    "--libc=$l -DSIZE=$n -Wl,-z,stack-size=$n $SCRATCH/z.c "
                    "-o $SCRATCH/z && $QEMU $SCRATCH/z || exit 1; done; done");
}

// gcc puts code on the stack of who takes such a function's address.
static void nested_functions_work_in_threads(int unused)
{
    (void)unused;
    must_run(LIMIT, "mkdir -p $SCRATCH && cd $SCRATCH && "
                    "printf '%%s\n' '#include <pthread.h>' "
                    "'static __attribute__((noinline)) int call(int (*f)(int))"
                    " { return f(1); }' "
                    "'static void *work(void *sum) { int base = 40;"
                    " int plus(int x) { return base += x; }"
                    " *(int *)sum = call(plus) + call(plus) - base;"
                    " return sum; }' "
                    "'int main(void) { int sum = 0; pthread_t t;"
                    " pthread_create(&t, 0, work, &sum); pthread_join(t, 0);"
                    " return sum != 41; }' > nested.c");
    must_run(LIMIT, "for l in musl glibc; do " GCC "--libc=$l -std=gnu11 "
                    "-Wl,-z,execstack $SCRATCH/nested.c -o $SCRATCH/nested && "
                    "$QEMU $SCRATCH/nested || exit 1; done");
}

// Beside musl no macro of its headers says that what is there is not there.
static void headers_offer_what_the_standards_let_them(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && cd $SCRATCH && "
             "printf '%%s\n' '#include <limits.h>' '#include <pthread.h>' "
             "'#include <sched.h>' '#include <unistd.h>' "
             "'#if _POSIX_PRIORITY_SCHEDULING < 200809L' '#error' '#endif' "
             "'#if PTHREAD_KEYS_MAX != 1024 || PTHREAD_STACK_MIN < 8192' "
             "'#error' '#endif' "
             "'int main(void) { pthread_rwlockattr_t a; int kind;"
             " struct sched_param p; pthread_rwlockattr_init(&a);"
             " return pthread_rwlockattr_setkind_np(&a,"
             " PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) ||"
             " pthread_rwlockattr_getkind_np(&a, &kind) ||"
             " kind != PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP ||"
             " sched_getscheduler(0) != SCHED_OTHER || sched_getparam(0, &p) ||"
             " sched_setscheduler(0, SCHED_OTHER, &p) ||"
             " sched_setparam(0, &p); }' > headers.c");
    must_run(LIMIT, "build/bin/weft-gcc --libc=musl --target=$ARCH -std=c11 "
                    "-D_POSIX_C_SOURCE=200809L $SCRATCH/headers.c "
                    "-o $SCRATCH/headers && $QEMU $SCRATCH/headers");
}

// The size of a thread's own data is the archive's, whatever a file of the program
// was compiled with.
static void
a_program_that_uses_both_interfaces_agrees_with_the_archive(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "mkdir -p $SCRATCH && cd $SCRATCH && "
             "printf '%%s\n' '#include <weft.h>' "
             "'int main(void) { weft_key k = 0;"
             " for (int i = 0; i < 500; i++) weft_key_create(&k, 0);"
             " return weft_key_set(k, &k) || weft_key_get(k) != &k; }' > k.c");
    must_run(LIMIT, "for l in glibc musl; do for d in '' -DWEFT_KEYS_MAX=128; "
                    "do " GCC "--libc=$l -w $d -Iinclude $SCRATCH/k.c "
                    "-o $SCRATCH/k && $QEMU $SCRATCH/k || exit 1; done; done");
}

// Whoever makes the files, and whoever posts first.
static void names_are_shared_with_the_libcs_own_threads(int unused)
{
    (void)unused;
    must_run(
        LIMIT,
        "mkdir -p $SCRATCH && cd $SCRATCH && "
        "f=$OLDPWD/tests/posix/sem_beside.c && rounds=10000 && "
        "case $QEMU in ?*) libcs=glibc rounds=300;; *) libcs='glibc musl';; "
        "esac && for l in $libcs; do cc=$CC && "
        "case $l in musl) cc=$ARCH-linux-musl-gcc;; esac && "
        "$cc -D_GNU_SOURCE -std=c11 -O1 -static -pthread $f -o sem_stock && "
        "$OLDPWD/" GCC "--libc=$l $f -o sem_weft && "
        "for order in 'stock weft' 'weft stock'; do "
        "set -- $order && name=weft-test-$$ && "
        "{ timeout 120 $QEMU ./sem_$1 first $name $rounds & } && "
        "timeout 120 $QEMU ./sem_$2 second $name $rounds && wait $! || exit 1; "
        "rm -f /dev/shm/sem.$name.* /dev/shm/$name.*; done || exit 1; done");
}

static const struct listed tests[] = {
    {"names_are_shared_with_the_libcs_own_threads",
     names_are_shared_with_the_libcs_own_threads, 2 * LIMIT},
    {"threads_get_the_stack_that_the_linker_was_told_of",
     threads_get_the_stack_that_the_linker_was_told_of, LIMIT},
    {"nested_functions_work_in_threads", nested_functions_work_in_threads,
     LIMIT},
    {"headers_offer_what_the_standards_let_them",
     headers_offer_what_the_standards_let_them, LIMIT},
    {"a_program_that_uses_both_interfaces_agrees_with_the_archive",
     a_program_that_uses_both_interfaces_agrees_with_the_archive, LIMIT},
    {"programs_hold_for_the_libcs_own_threads",
     programs_hold_for_the_libcs_own_threads, 2 * LIMIT},
    {"clone3_refused_ends_the_libcs_own_logger",
     clone3_refused_ends_the_libcs_own_logger, LIMIT},
    {"threads_are_made_by_clone_alone", threads_are_made_by_clone_alone, LIMIT},
    {"nothing_of_the_libcs_threads_is_linked",
     nothing_of_the_libcs_threads_is_linked, LIMIT},
    {"no_member_of_the_libc_is_replaced_in_part",
     no_member_of_the_libc_is_replaced_in_part, LIMIT},
    {"uncontended_calls_have_no_frame", uncontended_calls_have_no_frame, LIMIT},
    {"drivers_refuse_what_would_not_work", drivers_refuse_what_would_not_work,
     LIMIT},
    {"the_libcs_own_threads_are_refused", the_libcs_own_threads_are_refused,
     LIMIT},
    {"objects_for_another_libc_are_refused",
     objects_for_another_libc_are_refused, LIMIT},
    {"both_drivers_take_the_same_libc", both_drivers_take_the_same_libc, LIMIT},
    {"the_libc_is_chosen_by_name", the_libc_is_chosen_by_name, LIMIT},
    {"drivers_do_what_gcc_does", drivers_do_what_gcc_does, LIMIT},
    {"the_kernels_headers_are_beside_musl", the_kernels_headers_are_beside_musl,
     LIMIT},
    {"what_drivers_compile_probes_its_stack",
     what_drivers_compile_probes_its_stack, LIMIT},
    {"a_fork_that_fails_is_told", a_fork_that_fails_is_told, LIMIT},
    {"drivers_work_as_compilers_do", drivers_work_as_compilers_do, LIMIT},
    {"archives_are_found_without_the_drivers",
     archives_are_found_without_the_drivers, LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "posix", tests);
}
