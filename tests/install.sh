#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh demo|test|lint|bench|releases ARCH... - gets the Debian packages that are missing.
#
# demo: what make demo needs beside gcc and make. test: what make test needs as
# well. bench: what make bench needs, and the libraries it compares with. Only for
# the processors named: a foreign one needs a cross compiler and qemu. As root, or
# with a sudo that asks nothing, the packages are installed; otherwise the line that
# installs them is printed, and the end is status 1. Another apt-get at work is
# waited for.
set -eu

set_name=$1
shift
here=$(uname -m)

# Each line: what the package brings (a command or a file), and the package.
needed_for_all()
{
    cat <<END
gcc gcc
make make
/usr/include/linux/futex.h linux-libc-dev
/usr/include/stdint.h libc6-dev
END
}

needed_for_foreign() # processor, Debian's name of it, package of its qemu-system
{
    cat <<END
$1-linux-gnu-gcc gcc-$2-linux-gnu
/usr/$1-linux-gnu/include/stdint.h libc6-dev-$3-cross
/usr/$1-linux-gnu/include/asm/unistd.h linux-libc-dev-$3-cross
qemu-$1 qemu-user
END
    if [ "$set_name" != bench ]; then
        echo "$1-linux-musl-gcc musl-dev:$3"
    fi
    if [ "$set_name" = test ]; then
        echo "$1-linux-gnu-g++ g++-$2-linux-gnu"
        echo "gdb-multiarch gdb-multiarch"
    fi
}

needed_for_test()
{
    cat <<END
/usr/include/check.h check
pkg-config pkg-config
g++ g++
strace strace
python3 python3
gdb gdb
ps procps
clang clang
END
}

needed_for_lint() # the versions that lint.sh names
{
    cat <<END
clang-format-14 clang-format-14
clang-tidy-14 clang-tidy-14
END
}

needed_for_releases()
{
    cat <<END
git git
debootstrap debootstrap
END
}

needed_for_bench()
{
    cat <<END
python3 python3
strace strace
gnuplot gnuplot-nox
taskset util-linux
musl-gcc musl-tools
/usr/include/nsync.h libnsync-dev
END
}

needed_for_boot()
{
    cat <<END
qemu-system-aarch64 qemu-system-arm
cpio cpio
END
}

needed()
{
    needed_for_all
    case $set_name in
    bench | releases) ;;
    *) echo "$here-linux-musl-gcc musl-dev" ;;
    esac
    case $set_name in
    test | lint) needed_for_test ;;
    esac
    if [ "$set_name" = lint ]; then
        needed_for_lint
    fi
    if [ "$set_name" = releases ]; then
        needed_for_releases
    fi
    if [ "$set_name" = bench ]; then
        needed_for_bench
    fi
    for arch in "$@"; do
        case $arch in
        "$here") ;;
        aarch64) needed_for_foreign aarch64 aarch64 arm64 ;;
        x86_64) needed_for_foreign x86_64 x86-64 amd64 ;;
        esac
        if [ "$set_name$arch" = testaarch64 ]; then
            needed_for_boot
        fi
    done
}

missing=$(needed "$@" | while read -r what package; do
    case $what in
    /*) test -e "$what" ;;
    *) command -v "$what" > /dev/null ;;
    esac || echo "$package"
done | sort -u | tr '\n' ' ')

if [ -z "$missing" ]; then
    exit 0
fi

# Packages of another processor (name:processor) need its list first.
foreign=$(echo "$missing" | tr ' ' '\n' | sed -n 's/.*://p' | sort -u)

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! sudo -n true 2> /dev/null; then
        echo "Packages are missing. On Debian, this line gets them:" >&2
        echo "   ${foreign:+ sudo dpkg --add-architecture $foreign &&}" \
            "sudo apt-get update && sudo apt-get install -y $missing" >&2
        exit 1
    fi
fi
if ! command -v apt-get > /dev/null; then
    echo "Not a Debian: please install what these packages hold: $missing" >&2
    exit 1
fi
echo "installing: $missing"

# apt-get has an option to wait for another that installs, but none to wait for
# another that fetches the lists of packages.
update()
{
    until said=$(LC_ALL=C $as_root apt-get -q update 2>&1); do
        case $said in
        *'Could not get lock'*) sleep 1 ;;
        *)
            echo "$said" >&2
            return # what is known of the packages may do
            ;;
        esac
    done
}

if [ -n "$foreign" ]; then
    $as_root dpkg --add-architecture "$foreign"
fi
update
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
    -o DPkg::Lock::Timeout=-1 --no-install-recommends $missing > /dev/null
