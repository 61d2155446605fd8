#!/bin/sh
# SPDX-License-Identifier: MIT
# weft-gcc, weft-g++ - gcc and g++, for programs whose threads are to be Weft's.
#
#   weft-gcc [--libc=musl|glibc] [--target=x86_64|aarch64] [options of gcc]
#
# weft-gcc takes musl if nothing is said, weft-g++ glibc: there is no C++ library
# for musl. The target is this machine if nothing is said. Programs are static,
# always. All other options go to the compiler as they are.
#
# After a link it looks at the linker's map. If the libc's own threads are in the
# program, beside Weft's or instead of them, the program is removed: it would run,
# and have two kinds of threads that know nothing of each other.
set -eu

name=$(basename "$0")
build=$(dirname "$(dirname "$(readlink -f "$0")")")
machine=$(uname -m)
target=$machine
case $name in
*g++*) compiler=g++ libc=glibc ;;
*) compiler=gcc libc=musl ;;
esac

fail()
{
    echo "$name: $*" >&2
    exit 1
}

# What the options say. They are taken off the front and put back at the end.
links=yes inputs='' output=a.out map='' pie='' count=$#
while [ "$count" -gt 0 ]; do
    option=$1
    shift
    count=$((count - 1))
    case $option in
    --libc=*)
        libc=${option#*=}
        continue
        ;;
    --target=*)
        target=${option#*=}
        target=${target%%-*}
        continue
        ;;
    -shared | -dynamic)
        fail "$option: a program with Weft's threads is static"
        ;;
    -c | -S | -E | -M | -MM | -fsyntax-only | -r) links= ;;
    -static | -rdynamic) continue ;; # it is, and has nobody to export to
    -static-pie) pie=yes ;;
    -Wl,-Map=* | -Wl,-Map,*) map=${option#-Wl,-Map?} ;;
    -o)
        output=$1
        set -- "$@" "$option"
        option=$1
        shift
        count=$((count - 1))
        ;;
    -o*) output=${option#-o} ;;
    -x | -I | -L | -D | -U | -include | -isystem | -iquote | -MF | -MT | -MQ | \
        -T | -u | -z | -Xlinker | -l | -idirafter)
        set -- "$@" "$option"
        option=$1
        shift
        count=$((count - 1))
        ;;
    -) inputs=yes ;;
    -*) ;;
    *) inputs=yes ;;
    esac
    set -- "$@" "$option"
done

if [ "$target" = arm64 ]; then
    target=aarch64
fi
prefix=
if [ "$target" != "$machine" ]; then
    prefix=$target-linux-gnu-
fi
gcc=$prefix$compiler
case $compiler-$libc in
gcc-musl | gcc-glibc | g++-glibc) ;;
g++-musl) fail "there is no C++ library for musl: --libc=glibc" ;;
*) fail "--libc=$libc: musl or glibc" ;;
esac
directory=$build/$target/$libc
if ! [ -e "$directory/libpthread.a" ]; then
    fail "$directory is not there; in Weft's directory, 'make all-arches'" \
        "makes it where $libc for $target is installed"
fi
file()
{
    "$gcc" -print-file-name="$1"
}

musl=$target-linux-musl
headers=
if [ "$libc" = musl ]; then
    headers="-nostdinc -isystem $build/../include/weft/posix
        -isystem /usr/include/$musl -isystem $(file include)"
fi
if [ -z "$links$inputs" ] || [ -z "$links" ] || [ -z "$inputs" ]; then
    # shellcheck disable=SC2086 # lists of words, here and below
    exec "$gcc" $headers "$@"
fi

if [ -z "$map" ]; then
    map=$(mktemp)
    trap 'rm -f "$map"' EXIT
    set -- "$@" "-Wl,-Map=$map"
fi
if [ "$libc" = glibc ]; then
    # shellcheck disable=SC2086
    "$gcc" $headers -static -pthread -L"$directory" "$@"
else
    lib=/usr/lib/$musl
    begin=$lib/crt1.o first=$(file crtbeginT.o) last=$(file crtend.o) static=-static
    if [ -n "$pie" ]; then
        begin=$lib/rcrt1.o first=$(file crtbeginS.o) last=$(file crtendS.o) static=
    fi
    # -u: functions of the libc that create threads for a program that does not
    # itself (timer_create, aio_read) find Weft's archive before the libc's.
    # --gc-sections: the archive is one object, of which a program needs a part.
    # shellcheck disable=SC2086
    "$gcc" $headers $static -nostdlib -L"$directory" -L"$lib" \
        -Wl,--gc-sections,-u,pthread_create "$begin" "$lib/crti.o" "$first" "$@" \
        -Wl,--start-group -lpthread -lc -lgcc -lgcc_eh -Wl,--end-group "$last" \
        "$lib/crtn.o"
fi

# Members of the libc that create threads or put them to sleep.
theirs=$(sed -n 's|.*/libc\.a(\(.*\)\.l\{0,1\}o).*|\1|p' "$map" | sort -u |
    grep -xE 'pthread_(create|join|cancel|mutex_(un|try|timed)?lock|once|exit|cond_(timed)?wait|rwlock_[a-z]*lock|barrier_wait|key_create|setspecific)|sem_(timed)?wait|thrd_create|mtx_lock|cnd_wait' |
    tr '\n' ' ')
if [ -n "$theirs" ]; then
    rm -f "$output"
    fail "the linker has taken threads of $libc itself ($theirs) from its libc.a:" \
        "it came before Weft's archive. Leave libc.a and -lc to $name, or add" \
        "-Wl,-u,pthread_create before it."
fi
