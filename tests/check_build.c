// SPDX-License-Identifier: MIT
// check_build.c - building with it: headers, compilers, ways of linking, make
// install, and the numbers shared with the kernel.
//
// Read before: runner.h.
#include "runner.h"

enum { LIMIT = 300 };

// Each header alone, and twice, for one compiler in one language.
static void compile_headers(const char *compiler, const char *flags)
{
    must_run(
        LIMIT,
        "for h in weft.h $(cd include && ls weft/*.h); do "
        "printf '#include <%%s>\\n#include <%%s>\\nint unit;\\n' $h $h | %s %s "
        "-pedantic -Wall -Wextra -Wshadow -Wconversion -Werror "
        "-Iinclude -fsyntax-only - || { echo $h; exit 1; }; done",
        compiler, flags);
}

static void public_headers_compile_alone_and_twice_as_c11(int unused)
{
    (void)unused;
    compile_headers("${CROSS}gcc", "-x c -std=c11");
    compile_headers("clang --target=$ARCH-linux-gnu", "-x c -std=c11");
}

static void public_headers_compile_alone_and_twice_as_cxx11(int unused)
{
    (void)unused;
    compile_headers("${CROSS}g++", "-x c++ -std=c++11");
    compile_headers("clang++ --target=$ARCH-linux-gnu", "-x c++ -std=c++11");
}

static void private_headers_compile_alone_and_twice(int unused)
{
    (void)unused;
    must_run(LIMIT, "for h in src/*.h src/*/*.h arch/$ARCH/*.h; do "
                    "case $h in src/posix/*) libc=-D_GNU_SOURCE ;; "
                    "*) libc=-ffreestanding ;; esac; "
                    "printf '#include \"%%s\"\\n#include \"%%s\"\\n' $h $h | "
                    "$CC -x c -std=c11 $libc -Wall -Wextra -Werror "
                    "-I. -Iinclude -iquote src -iquote arch/$ARCH "
                    "-fsyntax-only - || { echo $h; exit 1; }; done");
}

static void numbers_and_structures_are_those_of_the_kernel(int unused)
{
    (void)unused;
    must_run(LIMIT, "tests/abi.sh $ARCH $SCRATCH/abi $CC");
}

static void every_error_has_its_name(int unused)
{
    (void)unused;
    must_run(
        LIMIT,
        "mkdir -p $SCRATCH && echo '#include <linux/errno.h>' | "
        "$CC -E -dM - | sed -nE "
        "'s/^#define (E[A-Z0-9]+) ([0-9]+)$/KERNELS(\\1, \\2)/p' "
        "> $SCRATCH/kernels_errors.h && sed -nE "
        "'s/^#define (WEFT_E[A-Z]+) +([0-9]+).*/WEFTS(\\1, \\2)/p' "
        "include/weft/error.h > $SCRATCH/wefts_errors.h && "
        "$CC -std=c11 -Wall -Wextra -Werror -Iinclude -Iarch/$ARCH "
        "-I$SCRATCH -nostdlib -static tests/errnames.c "
        "$BUILD/weft-crt0.o $BUILD/libweft.a -lgcc -o $SCRATCH/errnames && "
        "$QEMU $SCRATCH/errnames");
    // Who does not ask has no table.
    const struct result *result =
        must_run(LIMIT, "strings $BUILD/fwsum | grep -c ENOTBLK || true");
    ck_assert_str_eq(result->out.text, "0\n");
}

// Links hello_threads with a compiler and flags, without a warning, and runs it.
static void link_and_run(const char *compiler, const char *flags)
{
    const struct result *result = must_run(
        LIMIT,
        "mkdir -p $SCRATCH && %s -std=c11 %s -Iinclude -Iarch/$ARCH "
        "-nostdlib -Wl,--fatal-warnings tests/programs/hello_threads.c "
        "$BUILD/weft-crt0.o "
        "$BUILD/libweft.a -lgcc -o $SCRATCH/linked && $QEMU $SCRATCH/linked",
        compiler, flags);
    ck_assert_str_eq(result->out.text,
                     "hello from thread 1\nhello from thread 2\n"
                     "hello from thread 3\nhello from thread 4\n");
}

static void every_way_of_linking_runs(int unused)
{
    (void)unused;
    const char *const compilers[] = {"${CROSS}gcc",
                                     "clang --target=$ARCH-linux-gnu"};
    for (size_t i = 0; i < sizeof compilers / sizeof compilers[0]; i++) {
        link_and_run(compilers[i], "-O0 -static");
        link_and_run(compilers[i], "-O2 -static -fno-pie -no-pie");
        link_and_run(compilers[i], "-O3 -static -fstack-protector-all");
        link_and_run(compilers[i], "-O2 -static-pie -fPIE");
        link_and_run(compilers[i], "-Os -static-pie -fPIE -Wl,--gc-sections");
    }
}

static void the_other_compiler_builds_all_of_it(int unused)
{
    (void)unused;
    must_run(4 * LIMIT, "case $CC in *clang*) cc=${CROSS}gcc;; *) cc=clang;; "
                        "esac; make -j2 CC=$cc ARCH=$ARCH "
                        "BUILD=$SCRATCH/other all programs");
    must_run(LIMIT, "$QEMU $SCRATCH/other/tests/hello_threads");
}

static void installed_library_is_found_by_pkg_config(int unused)
{
    (void)unused;
    must_run(LIMIT,
             "p=$PWD/$SCRATCH/prefix; rm -rf $p && "
             "make ARCH=$ARCH BUILD=$SCRATCH/installed PREFIX=$p install && "
             "cd $SCRATCH && printf '%%s\\n' '#include <weft.h>' "
             "'static void *run(void *arg) { return arg; }' "
             "'int weft_main(int argc, char **argv, char **envp) {' "
             "'weft_thread t; void *v = 0; (void)argc; (void)argv;' "
             "'if (weft_create(&t, 0, run, envp)) return 1;' "
             "'return weft_join(t, &v) || v != envp; }' > user.c && "
             "$CC -O2 user.c $(PKG_CONFIG_PATH=$p/lib/pkgconfig "
             "pkg-config --cflags --libs weft) -o user && $QEMU ./user");
}

static void install_writes_below_destdir_only(int unused)
{
    (void)unused;
    const struct result *result = must_run(
        LIMIT, "d=$PWD/$SCRATCH/staged; rm -rf $d && make ARCH=$ARCH "
               "BUILD=$SCRATCH/installed PREFIX=/opt/weft DESTDIR=$d install "
               "> /dev/null && cd $d && find . -type f ! -path "
               "'./opt/weft/include/weft/*.h' | sort && ! test -e /opt/weft && "
               "grep -l $d -r . || true");
    ck_assert_str_eq(result->out.text, "./opt/weft/include/weft.h\n"
                                       "./opt/weft/lib/libweft.a\n"
                                       "./opt/weft/lib/pkgconfig/weft.pc\n"
                                       "./opt/weft/lib/weft-crt0.o\n");
}

static void every_program_is_run_by_something(int unused)
{
    (void)unused;
    const struct result *result =
        must_run(LIMIT, "for f in tests/programs/*.c; do "
                        "n=$(basename $f .c); grep -q \"\\\"$n\\\"\" "
                        "tests/programs.def || echo $n; done");
    ck_assert_str_eq(result->out.text, "");
    result = must_run(
        LIMIT, "for f in tests/hosted/*.c; do n=$(basename $f .c); "
               "for libc in $(sed -n 's,^// hosts: ,,p' $f); do "
               "grep -q \"\\\"${libc}_$n\\\"\" tests/programs.def || "
               "grep -q \"hosted/$n.c\" tests/check_$libc.c tests/*.sh || "
               "echo ${libc}_$n; done; done");
    ck_assert_str_eq(result->out.text, "");
}

static const struct listed tests[] = {
    {"public_headers_compile_alone_and_twice_as_c11",
     public_headers_compile_alone_and_twice_as_c11, LIMIT},
    {"public_headers_compile_alone_and_twice_as_cxx11",
     public_headers_compile_alone_and_twice_as_cxx11, LIMIT},
    {"private_headers_compile_alone_and_twice",
     private_headers_compile_alone_and_twice, LIMIT},
    {"numbers_and_structures_are_those_of_the_kernel",
     numbers_and_structures_are_those_of_the_kernel, LIMIT},
    {"every_error_has_its_name", every_error_has_its_name, LIMIT},
    {"every_way_of_linking_runs", every_way_of_linking_runs, 4 * LIMIT},
    {"the_other_compiler_builds_all_of_it", the_other_compiler_builds_all_of_it,
     5 * LIMIT},
    {"installed_library_is_found_by_pkg_config",
     installed_library_is_found_by_pkg_config, LIMIT},
    {"install_writes_below_destdir_only", install_writes_below_destdir_only,
     LIMIT},
    {"every_program_is_run_by_something", every_program_is_run_by_something,
     LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "build", tests);
}
