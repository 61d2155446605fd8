#!/bin/sh
# SPDX-License-Identifier: MIT
# weft-gcc, weft-g++ - gcc and g++, for programs whose threads are to be Weft's.
#
# What gcc has to do otherwise stands in a specs file for each libc (musl.specs.in,
# glibc.specs.in). So gcc itself decides what is compiled, what is linked and with
# which objects, and all its options mean what they always mean. This script
# chooses libc and processor, refuses what can not work, and after a link has
# check-link.sh look at what was linked.
set -eu

name=${0##*/}
driver=$(readlink -f "$0")
build=${driver%/bin/*}
machine=$(uname -m)

fail()
{
    echo "$name: $*" >&2
    exit 1
}

help()
{
    cat << END
Usage: $name [--libc=glibc|musl] [--target=PROCESSOR] [options of $compiler] file...

Compiles and links as $compiler does. The program is static, and its threads
(pthread_*, sem_*, C11's, C++'s) are Weft's.

  --libc=glibc|musl   the libc; without this option glibc
  --target=PROCESSOR  without this option this machine, $machine
  --help              this text; $compiler's own: --help=common

By name, for build systems that take no options in CC:
  weft-gcc weft-g++ weft-glibc-gcc weft-musl-gcc
  PROCESSOR-linux-gnu-weft-gcc PROCESSOR-linux-gnu-weft-g++
  PROCESSOR-linux-musl-weft-gcc

For C++ there is glibc alone. What is made here:$(there_is)
END
    exit
}

there_is()
{
    for place in "$build"/*/*/driver.specs; do
        place=${place%/driver.specs}
        processor=${place%/*}
        printf '\n  %s' "--target=${processor##*/} --libc=${place##*/}"
    done
}

# ---- what the name says ----

libc=glibc target=$machine compiler=gcc
case $name in *musl*) libc=musl ;; esac
case $name in *-weft-*) target=${name%%-*} ;; esac
case $name in *g++*) compiler=g++ ;; esac

# ---- this script's own options ----

# All words are taken off the front, and those of gcc put back at the end.
before='' count=$#
while [ "$count" -gt 0 ]; do
    word=$1
    shift
    count=$((count - 1))
    own=yes
    case $before in -X* | -o) own= ;; esac # a word for the linker, or a name
    case $own$word in
    yes--libc=*) libc=${word#*=} ;;
    yes--target=*)
        target=${word#*=}
        case $target in *-musl*) libc=musl ;; esac
        target=${target%%-*}
        ;;
    yes--help) help ;;
    yes-pipe) ;; # see musl.specs
    *) set -- "$@" "$word" ;;
    esac
    before=$word
done
case $target in
arm64) target=aarch64 ;;
amd64 | x86) target=x86_64 ;; # x86: of x86-64
esac

# ---- what gcc's options say ----

links=yes output=a.out map='' language='' cxx='' openmp='' linker=''

linker_word() # one word for the linker
{
    case $before_linker in -Map | --Map) map=$1 ;; esac
    case $1 in -Map=* | --Map=*) map=${1#*=} ;; esac
    before_linker=$1
}

linker_words() # what stands behind -Wl,
{
    IFS=,
    set -f
    for piece in $1; do
        linker_word "$piece"
    done
    set +f
    unset IFS
}

input() # a file
{
    case $language$1 in
    c++* | *.cc | *.cp | *.cxx | *.cpp | *.CPP | *.c++ | *.C | *.ii) cxx=$1 ;;
    esac
}

word() # any word
{
    case $before in
    -o) output=$1 ;;
    -x) language=$1 ;;
    -Xlinker) linker_word "$1" ;;
    -[ADILTUeluz] | -M[FTQ] | -include | -imacros | -i[a-z]* | -X* | -aux-info) ;;
    *)
        case $1 in
        @?*)
            # A file of options. Blanks within quotes do not matter here.
            if [ -r "${1#@}" ]; then
                words $(cat "${1#@}")
            fi
            ;;
        -c | -S | -E | -M | -MM | -fsyntax-only) links= ;;
        -o?*) output=${1#-o} ;;
        -x?*) language=${1#-x} ;;
        -Wl,*) linker_words "${1#-Wl,}" ;;
        -fuse-ld=*) linker=ld.${1#*=} ;;
        -fopenmp | -fopenacc) openmp=$1 ;;
        -lstdc++) cxx=$1 ;;
        -shared | -dynamic)
            fail "$1: a program with Weft's threads is static, and so is all in" \
                "it. A library: $name -c, and ar. A shared one: gcc itself."
            ;;
        -fsanitize=kernel-*) ;;
        -fsanitize=*address* | -fsanitize=*thread* | -fsanitize=*leak*)
            fail "$1: it watches the libc's own threads, in a dynamic program." \
                "Try with gcc itself, and link with $name without it."
            ;;
        -) input standard_input ;;
        -*) ;;
        *) input "$1" ;;
        esac
        ;;
    esac
    before=$1
}

words()
{
    for word; do
        word "$word"
    done
}

before='' before_linker=''
words "$@"

# ---- what can not be ----

case $libc in
glibc) ;;
musl)
    if [ "$compiler" = g++ ] || [ -n "$cxx" ]; then
        fail "${cxx:-$name}: there is no C++ library for musl." \
            "weft-g++ is for C++, and --libc=glibc."
    fi
    if [ -n "$openmp" ]; then
        fail "$openmp: there is no libgomp for musl." \
            "weft-glibc-gcc has one, and --libc=glibc."
    fi
    ;;
*) fail "--libc=$libc: musl or glibc" ;;
esac

directory=$build/$target/$libc
if ! [ -e "$directory/driver.specs" ]; then
    fail "nothing is made for --target=$target --libc=$libc. 'make all-arches'" \
        "in Weft's directory makes what it finds a compiler and a libc for. There" \
        "is:$(there_is)"
fi
prefix=
if [ "$target" != "$machine" ]; then
    prefix=$target-linux-gnu-
fi
gcc=$prefix$compiler
if ! command -v "$gcc" > /dev/null; then
    fail "there is no $gcc here"
fi

# ---- the work ----

# For the specs.
export WEFT_DIR="$directory" WEFT_TMP=/dev/null
if [ -z "$links" ]; then
    exec "$gcc" "-specs=$directory/driver.specs" "$@"
fi

WEFT_TMP=$(mktemp -d)
trap 'rm -rf "$WEFT_TMP"' EXIT
trap 'exit 1' HUP INT TERM # so that the line above is carried out
: > "$WEFT_TMP/before"

# Linkers for all processors have no name with a processor in it.
if [ -n "$linker$prefix" ] && ! command -v "$prefix$linker" > /dev/null &&
    path=$(command -v "${linker:-none}"); then
    ln -s "$path" "$WEFT_TMP/$linker"
    export COMPILER_PATH="$WEFT_TMP${COMPILER_PATH:+:$COMPILER_PATH}"
fi

status=0
"$gcc" "-specs=$directory/driver.specs" "$@" || status=$?

case " $* " in *' --version '*) echo "$name: for $target, with $libc" ;; esac

# The linker's map, if there was a link: where the options want it, or ours.
if ! [ "$map" -nt "$WEFT_TMP/before" ]; then
    map=$WEFT_TMP/map
fi
if [ -e "$map" ] && ! "$build/driver/check-link.sh" "$name" "$libc" "$map"; then
    [ ! -f "$output" ] || rm -f "$output"
    exit 1
fi
exit "$status"
