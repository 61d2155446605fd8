#!/bin/sh
# SPDX-License-Identifier: MIT
# kernel.sh FILE - fetches Debian's arm64 kernel and puts it at FILE.
#
# The package is unpacked beside FILE and never installed. Its name changes with
# each security update; the meta package knows the present one. The lists of
# packages are kept beside FILE as well, because the machine need not know arm64
# as a foreign architecture, and the caller need not be root.
set -eu

kernel=$1
mkdir -p "$(dirname "$kernel")"
cd "$(dirname "$kernel")"
mkdir -p lists/partial cache/archives/partial

apt_arm64()
{
    tool=$1
    shift
    "$tool" -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
        -o Dir::State::lists="$PWD/lists" -o Dir::State::status=/dev/null \
        -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User="$(id -un)" \
        -o Acquire::Languages=none "$@"
}

apt_arm64 apt-get update
# The cloud flavour: all that a virtual machine needs, a third of the size.
name=$(apt_arm64 apt-cache depends linux-image-cloud-arm64 |
    sed -n 's/.*Depends: \(linux-image-.*-cloud-arm64\).*/\1-unsigned/p' |
    head -n 1)
test -n "$name"
rm -rf ./*.deb unpacked
apt_arm64 apt-get download "$name"
dpkg -x ./*.deb unpacked
cp unpacked/boot/vmlinuz-* "$(basename "$kernel").new"
mv "$(basename "$kernel").new" "$(basename "$kernel")"
rm -rf ./*.deb unpacked lists cache
echo "$name" > "$(basename "$kernel").name"
