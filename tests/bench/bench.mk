# SPDX-License-Identifier: MIT
# bench.mk - how the benchmark is built and run; included by the top Makefile.
# tests/bench/README.md says what it measures.

BENCH_OUT  := build/bench$(if $(filter-out $(MACHINE),$(ARCH)),/$(ARCH))
BENCH_BIN  := $(BENCH_OUT)/bin
BENCH_SRC  := $(addprefix tests/bench/,main.c row_life.c row_alive.c row_lock.c \
                row_contend.c row_wait.c row_data.c)
BENCH_HEAD := $(wildcard tests/bench/*.h tests/bench/pthread/*.h) $(BUILD)/flags \
              tests/bench/bench.mk

# One set of flags for the same source, whatever library it is built for.
BENCH_FLAGS := -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Wconversion \
    -Werror -Itests/bench -Iarch/$(ARCH)
# A small program: each library's best.
BENCH_SMALL := -Os -fno-pie -fno-stack-protector -ffunction-sections \
    -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables -s \
    -Wl,--gc-sections,-z,noseparate-code,-z,norelro,--build-id=none
# As utils.mk has it: small, but for the one file where fwsum's time is spent.
BENCH_FWSUM := -std=c11 -D_GNU_SOURCE $(BENCH_SMALL) -Itests/bench/pthread \
    -Iarch/$(ARCH)

# What each library is compiled and linked with:
#   BENCH_CC_<library>     the compiler, with what it takes to find the library
#   BENCH_API_<library>    the header that names the calls
#   BENCH_LINK_<library>   how it is linked; empty: dynamically
#   BENCH_LIBS_<library>   what comes last
#   BENCH_MORE_<library>   more sources and objects, of the bench program only
#   BENCH_NEEDS_<library>  what it is built anew for
BENCH_CC_weft            = $(CC) $(CLANG_TARGET) -Iinclude
BENCH_API_weft          := api_weft.h
BENCH_LINK_weft         := -nostdlib -static
BENCH_LIBS_weft          = $(CRT0) $(LIB) -lgcc

BENCH_CC_glibc-static    = $(CC) $(CLANG_TARGET)
BENCH_LINK_glibc-static := -static
BENCH_CC_glibc-dynamic   = $(CC) $(CLANG_TARGET)
BENCH_CC_musl-static    := musl-gcc
BENCH_LINK_musl-static  := -static

BENCH_DRIVER             = build/bin/weft-gcc
BENCH_CC_weft-musl       = $(BENCH_DRIVER) --libc=musl
BENCH_LINK_weft-musl    := -static
BENCH_NEEDS_weft-musl    = $(BUILD)/musl/driver.specs
BENCH_CC_weft-glibc      = $(BENCH_DRIVER) --libc=glibc
BENCH_LINK_weft-glibc   := -static
BENCH_NEEDS_weft-glibc   = $(BUILD)/glibc/driver.specs

BENCH_CC_nsync           = $(CC)
BENCH_API_nsync         := api_nsync.h
BENCH_LIBS_nsync        := -lnsync

BENCH_CC_floor           = $(CC) $(CLANG_TARGET)
BENCH_API_floor         := api_floor.h
BENCH_LINK_floor        := -static -Wl,--gc-sections
BENCH_MORE_floor         = tests/bench/floor.c $(BUILD)/obj/arch/$(ARCH)/thread.S.o

# Which of them can be built here. A cross-built peer is only counted, not timed:
# one is enough.
BENCH_LIBRARIES = weft glibc-static floor \
    $(if $(CROSS),,glibc-dynamic \
        $(foreach libc,musl glibc,$(if $(and $(wildcard $(BENCH_DRIVER)),\
            $(wildcard $(BUILD)/$(libc)/libpthread.a)),weft-$(libc))) \
        $(if $(shell command -v musl-gcc),musl-static) \
        $(if $(wildcard /usr/include/nsync.h),nsync))
# Those that small static programs are built for.
BENCH_STATIC = $(filter-out glibc-dynamic nsync floor,$(BENCH_LIBRARIES))

bench_api = '-DAPI="$(or $(BENCH_API_$1),api_pthread.h)"'

# $(call bench_rules,library)
define bench_rules
$(BENCH_BIN)/$1/bench: $(BENCH_SRC) $(BENCH_MORE_$1) $(BENCH_HEAD) $(LIB) $(CRT0) \
    $(BENCH_NEEDS_$1)
	@mkdir -p $$(@D)
	$$(call say,CC $$@)$(BENCH_CC_$1) $(BENCH_FLAGS) $(call bench_api,$1) \
	    $(BENCH_LINK_$1) $(BENCH_SRC) $(BENCH_MORE_$1) $(BENCH_LIBS_$1) -o $$@

$(BENCH_BIN)/$1/hello: tests/bench/hello.c $(BENCH_HEAD) $(LIB) $(CRT0)
	@mkdir -p $$(@D)
	$$(call say,CC $$@)$(BENCH_CC_$1) $(BENCH_FLAGS) $(BENCH_SMALL) \
	    $(call bench_api,$1) $(BENCH_LINK_$1) $$< $(BENCH_LIBS_$1) -o $$@
endef
$(foreach library,$(BENCH_LIBRARIES),$(eval $(call bench_rules,$(library))))

# $(call bench_fwsum,library)
define bench_fwsum
$(BENCH_BIN)/$1/fwsum: $(FWSUM_SRC) $(BENCH_HEAD)
	@mkdir -p $$(@D)
	$$(call say,CC $$@)$(BENCH_CC_$1) $(BENCH_FWSUM) -O2 -c \
	    tests/utils/sha256_portable.c -o $$@.o && \
	    $(BENCH_CC_$1) $(BENCH_FWSUM) $(BENCH_LINK_$1) \
	    $(filter-out %/sha256_portable.c,$(FWSUM_SRC)) $$@.o $(BENCH_LIBS_$1) -o $$@
endef
$(foreach library,$(filter-out weft,$(BENCH_STATIC)),\
    $(eval $(call bench_fwsum,$(library))))

# Weft's own fwsum is the one that everybody gets.
$(BENCH_BIN)/weft/fwsum: $(BUILD)/fwsum
	@mkdir -p $(@D)
	@cp $< $@

bench-programs: $(BENCH_LIBRARIES:%=$(BENCH_BIN)/%/bench) \
    $(BENCH_STATIC:%=$(BENCH_BIN)/%/hello) $(BENCH_STATIC:%=$(BENCH_BIN)/%/fwsum)
	@for library in $(BENCH_BIN)/*/; do \
	    case ' $(BENCH_LIBRARIES) ' in *" $$(basename $$library) "*) ;; \
	    *) rm -rf $$library ;; esac; done

bench: ## beside glibc and musl, in minutes; BENCH=part of a row's name, ROUNDS=n
	@tests/install.sh bench $(ARCH)
	@$(MAKE) --no-print-directory ARCH=$(ARCH) all $(if $(CROSS),,drop-ins)
	@$(MAKE) --no-print-directory ARCH=$(ARCH) bench-programs
	@BENCH='$(BENCH)' ROUNDS='$(ROUNDS)' CC='$(strip $(CC) $(CLANG_TARGET))' \
	    python3 -B tests/bench/run.py $(BENCH_BIN) $(BENCH_OUT) $(call qemu,$(ARCH))

.PHONY: bench bench-programs
