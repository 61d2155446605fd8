# SPDX-License-Identifier: MIT
# utils.mk - how the utilities are built: small enough for firmware.
# Included by the top Makefile; needs a compiler and make, nothing else.

FWSUM_SRC := $(addprefix tests/utils/,fwsum.c workers.c queue.c check.c \
               manifest.c options.c names.c output.c errors.c progress.c \
               sys.c sha256.c sha256_portable.c $(ARCH)/sha256.S)

# At a fixed address, without unwind tables and branch marks: each saves a
# kilobyte or more. The library inside is the same as anybody's.
UTIL_CFLAGS := -std=c11 -ffreestanding -fno-builtin -fno-pie \
               -fno-stack-protector -ffunction-sections -fdata-sections \
               -fno-asynchronous-unwind-tables -fno-unwind-tables \
               -fomit-frame-pointer $(filter -mno-outline-atomics,$(ARCH_CFLAGS)) \
               $(ARCH_TINY) $(GCC_SMALLER)
# common-page-size: the file is not padded up to where the data begins in memory.
UTIL_LDFLAGS := -nostdlib -static \
                -Wl,--gc-sections,-z,noseparate-code,-z,norelro \
                -Wl,-z,common-page-size=16,--build-id=none
UTIL_COMPILE = $(CC) $(CLANG_TARGET) $(UTIL_CFLAGS) $(WARN) $(CFLAGS) \
               $(UTIL_SPEED) -Iinclude -Iarch/$(ARCH) -MMD -MP

# All of fwsum's time is spent here, where the processor has no instructions for
# it; -Os would double it. (Partial redundancies cost bytes to remove, and no time.)
$(BUILD)/obj/tests/utils/sha256_portable.c.o: UTIL_SPEED := -O2 \
    $(if $(GCC_SMALLER),-fno-tree-pre)

$(BUILD)/obj/tests/utils/%.c.o: tests/utils/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $@)$(UTIL_COMPILE) -c -o $@ $<

$(BUILD)/fwsum: $(call objects,$(FWSUM_SRC)) $(CRT0) $(LIB)
	$(call say,LD $@)$(CC) $(CLANG_TARGET) $(UTIL_LDFLAGS) $^ -lgcc -o $@.full
	@$(CROSS)strip -s -R .comment -o $@ $@.full

# asynclog is written for a libc, and is built where musl is installed for this
# processor (Debian: musl-dev, musl-dev:arm64).
MUSL_CC := $(ARCH)-linux-musl-gcc
ASYNCLOG_SRC := $(addprefix tests/utils/asynclog,.c _input.c _queue.c _writer.c)
ASYNCLOG_CFLAGS := -std=c11 -ffunction-sections -fdata-sections
ASYNCLOG_LDFLAGS := -static \
                    -Wl,--gc-sections,-z,noseparate-code,-z,norelro,--build-id=none

$(BUILD)/asynclog: $(ASYNCLOG_SRC) tests/utils/asynclog.h $(LIB) \
    $(wildcard include/*.h include/weft/*.h)
	$(call say,CC $@)$(MUSL_CC) $(ASYNCLOG_CFLAGS) $(WARN) $(CFLAGS) \
	    $(ASYNCLOG_LDFLAGS) -Iinclude $(ASYNCLOG_SRC) -L$(BUILD) -lweft \
	    -o $@.full
	@$(CROSS)strip -s -R .comment -o $@ $@.full

no-asynclog:
	@echo '  (no $(MUSL_CC) here: asynclog is left out)'

all: $(if $(shell $(MUSL_CC) -dumpversion 2> /dev/null),$(BUILD)/asynclog,no-asynclog)
.PHONY: no-asynclog
