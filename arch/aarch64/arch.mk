# SPDX-License-Identifier: MIT
# Compiler flags for aarch64, each with its reason.
ARCH_CFLAGS = -mbranch-protection=standard # BTI and PAC marks
ARCH_CFLAGS += -mno-outline-atomics # else gcc calls into libgcc for each atomic
# For a program that is smaller than 1 MiB: an address takes one instruction.
ARCH_TINY = -mcmodel=tiny
