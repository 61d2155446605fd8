# SPDX-License-Identifier: MIT
# utils.mk - how the utilities are built: small enough for firmware.
# Included by the top Makefile; needs a compiler and make, nothing else.

FWSUM_SRC := $(addprefix tests/utils/,fwsum.c workers.c queue.c check.c \
               manifest.c sha256.c options.c names.c output.c errors.c \
               progress.c sys.c)

# At a fixed address, without unwind tables and branch marks: each saves a
# kilobyte or more. The library inside is the same as anybody's.
UTIL_CFLAGS := -std=c11 -ffreestanding -fno-builtin -fno-pie \
               -fno-stack-protector -ffunction-sections -fdata-sections \
               -fno-asynchronous-unwind-tables -fno-unwind-tables \
               -fomit-frame-pointer $(filter -mno-outline-atomics,$(ARCH_CFLAGS))
# common-page-size: the file is not padded up to where the data begins in memory.
UTIL_LDFLAGS := -nostdlib -static \
                -Wl,--gc-sections,-z,noseparate-code,-z,norelro \
                -Wl,-z,common-page-size=16,--build-id=none
UTIL_COMPILE = $(CC) $(CLANG_TARGET) $(UTIL_CFLAGS) $(WARN) $(CFLAGS) \
               $(UTIL_SPEED) -Iinclude -Iarch/$(ARCH) -MMD -MP

# All of fwsum's time is spent here; -Os would double it.
$(BUILD)/obj/tests/utils/sha256.c.o: UTIL_SPEED := -O2

$(BUILD)/obj/tests/utils/%.c.o: tests/utils/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $@)$(UTIL_COMPILE) -c -o $@ $<

$(BUILD)/fwsum: $(call objects,$(FWSUM_SRC)) $(CRT0) $(LIB)
	$(call say,LD $@)$(CC) $(CLANG_TARGET) $(UTIL_LDFLAGS) $^ -lgcc -o $@.full
	@$(CROSS)strip -s -R .comment -o $@ $@.full
