#!/bin/sh
# SPDX-License-Identifier: MIT
# releases.sh RELEASE... - README's two commands on other releases of Debian.
#
# For each release: a root of its own below build/releases, made by debootstrap
# from the mirror that apt uses here, with nothing but git and make; a clone of
# what is committed; make demo, and what of make test a libc or a compiler can
# break. The last line adds all of it up. Needs root.
set -eu

if [ "$(id -u)" != 0 ]; then
    echo "releases.sh makes roots of other releases: please run it as root" >&2
    exit 1
fi

mirror=$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' | head -n 1)
passed=0
failed=0

make_root() # release, root
{
    test -e "$2/weft-ready" && return
    rm -rf "$2"
    mkdir -p "$2"
    debootstrap --variant=minbase --include=git,make,ca-certificates \
        "$1" "$2" "$mirror" > "$2.log" 2>&1 || return 1
    {
        # A mirror may be older than the week for which sid's lists are valid.
        echo 'Acquire::Check-Valid-Until "false";'
        apt-config dump | grep -i '^acquire::.*proxy' || :
    } > "$2/etc/apt/apt.conf.d/90mirror"
    touch "$2/weft-ready"
}

# In a mount namespace of its own: what is mounted goes with it.
inside() # root, command
{
    unshare --mount sh -c '
        for from in proc sys dev; do
            mount --rbind "/$from" "$1/$from"
        done
        test -e /etc/resolv.conf && cp /etc/resolv.conf "$1/etc/resolv.conf"
        exec chroot "$1" env -i HOME=/root LC_ALL=C \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            sh -c "$2"' inside "$@"
}

try() # release
{
    root=$PWD/build/releases/$1
    make_root "$1" "$root" || return 1
    rm -rf "$root/root/weft"
    git clone -q . "$root/root/weft"
    inside "$root" 'cd /root/weft && make demo && make test-release' 2>&1 |
        tee "$root.log"
}

for release in "$@"; do
    echo "Debian $release:"
    try "$release" || :
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' \
        "build/releases/$release.log" | tail -n 1)
    if [ -z "$line" ]; then
        line='0 passed, 1 failed' # it did not get that far
    fi
    echo "Debian $release: $line"
    passed=$((passed + ${line%% *}))
    line=${line#*, }
    failed=$((failed + ${line%% *}))
done
echo "$passed passed, $failed failed"
test "$failed" = 0
