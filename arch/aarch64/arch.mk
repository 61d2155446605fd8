# SPDX-License-Identifier: MIT
# Compiler flags for aarch64, each with its reason.
ARCH_CFLAGS = -mbranch-protection=standard # BTI and PAC marks
ARCH_CFLAGS += -mno-outline-atomics # else gcc calls into libgcc for each atomic
