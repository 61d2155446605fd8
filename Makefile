# SPDX-License-Identifier: MIT
# Weft: threads for statically linked Linux programs. `make help` lists what can
# be made. Everything that is built goes to build/<arch>/.

MACHINE := $(patsubst arm64,aarch64,$(shell uname -m))
ARCH    ?= $(MACHINE)
BUILD   ?= build/$(ARCH)
PREFIX  ?= /usr/local
ARCHES  := $(notdir $(patsubst %/arch.mk,%,$(wildcard arch/*/arch.mk)))
VERSION := 0.1.0

# A foreign architecture is built with the tools that Debian names after it.
ifneq ($(ARCH),$(MACHINE))
CROSS ?= $(ARCH)-linux-gnu-
endif
ifeq ($(origin CC),default)
CC := $(CROSS)gcc
else ifneq ($(findstring clang,$(CC)),)
CLANG_TARGET := --target=$(ARCH)-linux-gnu
endif
AR := $(CROSS)ar

# Where there is no compiler, one line says so, and how to get it.
ifeq ($(shell command -v $(firstword $(CC)) 2>/dev/null),)
CC_PACKAGE := $(if $(CLANG_TARGET),clang,gcc$(if $(CROSS),-$(subst _,-,$(ARCH))-linux-gnu))
NO_CC := there is no $(firstword $(CC)) here; on Debian this line gets it: \
    $(shell test "$$(id -u)" = 0 || ! command -v sudo >/dev/null || echo sudo) \
    apt-get install -y $(CC_PACKAGE)
endif
ifeq ($(findstring clang,$(CC)),)
GCC_SMALLER := -fno-move-loop-invariants -fno-shrink-wrap -fno-ipa-sra -fno-caller-saves
endif

CFLAGS  ?= -Os -g
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Werror
INCLUDE := -Iinclude -Isrc -Iarch/$(ARCH)

# What the runtime must be compiled with, whatever CFLAGS says:
CORE := -std=c11 -ffreestanding
# nothing a libc would have to supply: no loop turned into memset or memcpy
CORE += -fno-builtin
# start-up code runs before there is a canary
CORE += -fno-stack-protector
# one archive for programs at a fixed address and for static-pie
CORE += -fPIE
# thread memory is raw bytes first and structures later
CORE += -fno-strict-aliasing
# internals are not for others to link with; public headers say otherwise
CORE += -fvisibility=hidden
# what a program does not use stays out of it (with -Wl,--gc-sections)
CORE += -ffunction-sections -fdata-sections
# what saves gcc a few bytes in each of many small functions; clang does not know it
CORE += $(GCC_SMALLER)
# what debuggers need to walk the stack goes to .debug_frame, not into the program,
# and not into a register
CORE += -fno-asynchronous-unwind-tables -fno-unwind-tables -fomit-frame-pointer

include arch/$(ARCH)/arch.mk
COMPILE = $(CC) $(CLANG_TARGET) $(CORE) $(ARCH_CFLAGS) $(WARN) $(CFLAGS) \
          $(INCLUDE) -MMD -MP

# The runtime, in reading order.
CORE_SRC := src/thread.c src/place.c src/stack.c src/record.c src/life.c \
            src/join.c src/birth.c src/refusal.c src/lock.c src/lock_shared.c src/futex.c src/request.c src/cancel.c src/key.c \
            src/spin_wait.c src/mutex.c src/cond.c src/cond_shared.c src/sem.c \
            src/ghosts.c src/rwlock.c src/rwlock_shared.c src/barrier.c src/barrier_shared.c \
            src/once.c src/spin.c \
            src/owned.c src/futex_pi.c src/owned_pi.c src/robust.c \
            src/ceiling.c src/cond_owned.c \
            src/recycle.c src/hold.c src/signal.c src/sched.c src/clock.c src/fork.c src/errname.c \
            arch/$(ARCH)/thread.S
# What it takes to live beside a libc; in programs without one there is none of it.
HOST_SRC := src/host/libc.c src/host/choice.c src/host/everyone.c \
            src/host/musl.c src/host/musl_verify.c src/host/musl_cancel.c \
            src/host/glibc_first.c src/host/glibc.c src/host/glibc_shape.c \
            src/host/glibc_points.c src/host/glibc_cancel.c src/host/glibc_syscall.c \
            src/host/glibc_unwind.c src/host/glibc_setxid.c \
            arch/$(ARCH)/glibc.S
# A program's beginning where there is no libc.
CRT0_SRC := src/start.c src/host/freestanding.c src/canary.c src/mem.c \
            arch/$(ARCH)/start.S

# glibc's threads end frame by frame, through these files' frames as well.
$(BUILD)/obj/src/host/glibc%.c.o: CORE += -fasynchronous-unwind-tables

objects   = $(patsubst %,$(BUILD)/obj/%.o,$(1))
LIB      := $(BUILD)/libweft.a
CRT0     := $(BUILD)/weft-crt0.o
UTILITIES := $(BUILD)/fwsum

# One short line for each step; V=1 shows the whole command.
ifdef V
say =
else
say = @echo '  $(1)';
endif

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
.PHONY: all lib all-arches install demo clean help

all: lib $(UTILITIES) ## the library, weft-crt0.o and the utilities, for ARCH

lib: $(LIB) $(CRT0) ## the library and weft-crt0.o alone

all-arches: ## everything there is, for every architecture
	@set -e; for arch in $(ARCHES); do $(MAKE) ARCH=$$arch all drop-ins; done

$(LIB): $(call objects,$(CORE_SRC) $(HOST_SRC))
	@rm -f $@
	$(call say,AR $@)$(AR) rcs $@ $^

$(CRT0): $(call objects,$(CRT0_SRC))
	$(call say,LD $@)$(CC) $(CLANG_TARGET) -nostdlib -r -o $@ $^

$(BUILD)/obj/%.c.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $@)$(COMPILE) -c -o $@ $<

$(BUILD)/obj/%.S.o: %.S $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $@)$(COMPILE) -c -o $@ $<

# Objects are made anew when the compiler or its flags change.
$(BUILD)/flags: FORCE
	$(if $(NO_CC),@echo "$(strip $(NO_CC))" >&2; exit 1)
	@mkdir -p $(@D)
	@echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' >$@
FORCE:

install: lib ## headers, library, crt0 and weft.pc below DESTDIR PREFIX
	install -d $(DESTDIR)$(PREFIX)/include/weft \
	    $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 include/weft.h $(DESTDIR)$(PREFIX)/include
	install -m 644 include/weft/*.h $(DESTDIR)$(PREFIX)/include/weft
	install -m 644 $(LIB) $(CRT0) $(DESTDIR)$(PREFIX)/lib
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
	    src/weft.pc.in >$(DESTDIR)$(PREFIX)/lib/pkgconfig/weft.pc

demo: ## fwsum and asynclog at work on this machine's files, on both processors
	tests/utils/demo.sh

include src/posix/posix.mk
include tests/utils/utils.mk
include tests/tests.mk
include tests/bench/bench.mk

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | \
	    awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	$(if $(NO_CC),@echo "$(strip $(NO_CC))")
	@echo "variables: ARCH=$(ARCH) ($(ARCHES)) CC=$(CC) CFLAGS=$(CFLAGS)" \
	    "PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)"

-include $(shell find $(BUILD)/obj $(LIBCS:%=$(BUILD)/%/obj) -name '*.d' 2>/dev/null)
