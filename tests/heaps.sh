#!/bin/sh
# SPDX-License-Identifier: MIT
# heaps.sh ARCH DIRECTORY - allocators that other people wrote, as archives to link
# with: libjemalloc.a, libtcmalloc_minimal.a and libmimalloc.a for ARCH.
#
# They are Debian's. The packages are unpacked and never installed (two processors'
# packages of one name exclude each other, and the caller need not be root); of
# mimalloc there is no archive in any, so it is compiled from the source package.
# The lists of packages are kept in DIRECTORY as well. CC is the compiler to use.
set -eu

arch=$1
directory=$2
case $arch in
aarch64) debian=arm64 ;;
*) debian=amd64 ;;
esac
rm -rf "$directory.new"
mkdir -p "$directory.new/lists/partial" "$directory.new/cache/archives/partial"
cd "$directory.new"

release=$(. /etc/os-release && echo "$VERSION_CODENAME")
keys=/usr/share/keyrings/debian-archive-keyring.gpg
for kind in deb deb-src; do
    echo "$kind [signed-by=$keys] http://deb.debian.org/debian $release main"
done > sources.list

apt()
{
    apt-get -q -o APT::Architecture="$debian" -o APT::Architectures="$debian" \
        -o Dir::Etc::SourceList="$PWD/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::State::lists="$PWD/lists" \
        -o Dir::State::status=/dev/null -o Dir::Cache="$PWD/cache" \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none "$@"
}

apt update
apt download libjemalloc-dev libgoogle-perftools-dev
apt source --download-only mimalloc
for package in *.deb; do
    dpkg -x "$package" unpacked
done
mv unpacked/usr/lib/*/libjemalloc.a unpacked/usr/lib/*/libtcmalloc_minimal.a .
mkdir source
tar -xf mimalloc_*.orig.tar.* -C source --strip-components=1
$CC -O2 -DNDEBUG -DMI_MALLOC_OVERRIDE -DMI_STATIC_LIB -ftls-model=initial-exec \
    -fno-builtin-malloc -Isource/include -c source/src/static.c -o mimalloc.o
ar rcs libmimalloc.a mimalloc.o
rm -rf unpacked source lists cache sources.list mimalloc* ./*.deb
cd ..
rm -rf "$directory"
mv "$directory.new" "$directory"
touch "$directory"
