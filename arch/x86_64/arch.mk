# SPDX-License-Identifier: MIT
# Compiler flags for x86_64, each with its reason.
ARCH_CFLAGS = -fcf-protection=full # endbr64 marks: objects fit a CET link
