#!/bin/sh
# SPDX-License-Identifier: MIT
# boot.sh KERNEL INITRAMFS CPU TARGET LOG [PART] - boots, runs, switches off.
#
# Everything that the machine prints goes to LOG. That the tests passed is not
# judged here (check_programs -l LOG does that), nor is it an error when the
# machine has to be killed after the limit: the log then ends early, and what is
# missing in it counts as failed.
set -eu

limit_seconds=${BOOT_LIMIT:-1800}

# panic=-1 and -no-reboot: a kernel that panics ends the emulator.
timeout -k 5 "$limit_seconds" qemu-system-aarch64 -M virt -smp 2 -m 1024 \
    -cpu "$3" -kernel "$1" -initrd "$2" -nodefaults -no-reboot \
    -display none -monitor none -serial "file:$5" \
    -append "console=ttyAMA0 quiet panic=-1 rdinit=/init -- $4 ${6:-}" ||
    echo "the emulator ended with status $?; see $5" >&2
