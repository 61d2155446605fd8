# SPDX-License-Identifier: MIT
# tests.mk - how the tests are built and run; included by the top Makefile.
#
# make test is made of parts that know nothing of each other and run two at a
# time. Each leaves its results in build/test/, and tally.sh adds them up; a part
# that left none counts as failed. tests/README.md tells the whole story.

HOSTCC ?= cc
RESULTS := build/test
JOBS ?= 2

# ARCH given by hand narrows the tests to it. Only an x86_64 machine tests both
# by itself: elsewhere nothing could run what qemu-user cannot (exemptions.def).
TEST_ARCHES := $(if $(filter file default,$(origin ARCH)),$\
    $(MACHINE) $(if $(filter x86_64,$(MACHINE)),aarch64),$(ARCH))

# ---- the programs that are run ----

PROGRAMS := $(patsubst tests/programs/%.c,$(BUILD)/tests/%,\
    $(sort $(wildcard tests/programs/*.c)))

# As a user would build them: no flag of the library's own, but all warnings (and
# clang may take CHECK(!"a text that says what is wrong") for what it is).
PROGRAM_CC = $(CC) $(CLANG_TARGET) -std=c11 $(CFLAGS) -Wall -Wextra -Wshadow \
    -Wconversion -Wno-string-conversion -Werror -Iinclude -Iarch/$(ARCH) \
    -MMD -MP -MF $@.d -nostdlib
PROGRAM_NEEDS := $(BUILD)/weft-crt0.o $(BUILD)/libweft.a $(BUILD)/flags
PROGRAM_LIBS := $(BUILD)/weft-crt0.o $(BUILD)/libweft.a -lgcc

# A program may say in lines of its own how it wants to be built:
#     // build: -fstack-protector-all      more flags
#     // build.aarch64: -mcpu=...          more flags on one processor
#     // link: -static-pie -fPIE           instead of -static
says = $(shell sed -n 's,^// $1: ,,p' $<)

$(BUILD)/tests/%: tests/programs/%.c $(PROGRAM_NEEDS)
	@mkdir -p $(@D)
	@rm -f $@ # never an old one, should this fail
	$(call say,CC $@)$(PROGRAM_CC) $(call says,build) $(call says,build.$(ARCH)) \
	    $(or $(call says,link),-static) $< $(PROGRAM_LIBS) -o $@

# Programs with a libc, tests/hosted: each is built once for every libc that it
# names in a line of its own, as <libc>_<name>:
#     // hosts: musl glibc
HOSTED_musl := $(patsubst tests/hosted/%.c,$(BUILD)/tests/musl_%,\
    $(sort $(shell grep -lE '^// hosts:.*musl' tests/hosted/*.c)))
HOSTED_glibc := $(patsubst tests/hosted/%.c,$(BUILD)/tests/glibc_%,\
    $(sort $(shell grep -lE '^// hosts:.*glibc' tests/hosted/*.c)))
HOSTED := $(HOSTED_musl) $(HOSTED_glibc)
HOSTED_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wshadow \
    -Wconversion -Werror -Iinclude -Iarch/$(ARCH)
HOSTED_NEEDS := $(BUILD)/libweft.a $(BUILD)/flags $(wildcard tests/hosted/*.h tests/hosted/*.def)

# musl's specs for the compiler of either processor: package musl-dev.
MUSL_CC = $(ARCH)-linux-musl-gcc

$(HOSTED_musl): $(BUILD)/tests/musl_%: tests/hosted/%.c $(HOSTED_NEEDS)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,CC $@)$(MUSL_CC) $(HOSTED_CFLAGS) $(call says,build) -static $< \
	    -L$(BUILD) -lweft -o $@

# The compiler's own libc. (The linker warns of what a static program does not bring
# along, such as name services.)
$(HOSTED_glibc): $(BUILD)/tests/glibc_%: tests/hosted/%.c $(HOSTED_NEEDS)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,CC $@)$(CC) $(CLANG_TARGET) $(HOSTED_CFLAGS) $(call says,build) \
	    $(or $(call says,link),-static) $< $(BUILD)/libweft.a \
	    -Wl,--no-warnings -o $@

# Programs written to the standards alone, tests/posix: each is linked with the
# drop-in of every libc that it names, by the drivers, as posix_<libc>_<name>:
#     // posix: musl glibc
# check_posix.c links them with the libc's own threads as well.
STANDARD_SRC := $(sort $(wildcard tests/posix/*.c tests/posix/*.cc))
STANDARD_musl := $(patsubst tests/posix/%.c,$(BUILD)/tests/posix_musl_%,\
    $(shell grep -lE '^// posix:.*musl' $(STANDARD_SRC)))
STANDARD_glibc := $(patsubst tests/posix/%,$(BUILD)/tests/posix_glibc_%,\
    $(basename $(shell grep -lE '^// posix:.*glibc' $(STANDARD_SRC))))
STANDARD := $(STANDARD_musl) $(STANDARD_glibc)
STANDARD_CFLAGS := -D_GNU_SOURCE -DWEFT -O1 -Wall -Wextra -Wshadow -Werror -s
STANDARD_NEEDS := tests/posix/standard.h $(DRIVERS)

$(BUILD)/tests/posix_musl_%: tests/posix/%.c $(STANDARD_NEEDS) \
    $(BUILD)/musl/driver.specs
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,CC $@)build/bin/weft-gcc --libc=musl --target=$(ARCH) -std=c11 \
	    $(STANDARD_CFLAGS) $< -o $@

$(BUILD)/tests/posix_glibc_%: tests/posix/%.c $(STANDARD_NEEDS) $(BUILD)/glibc/driver.specs
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,CC $@)build/bin/weft-gcc --libc=glibc --target=$(ARCH) -std=c11 \
	    $(STANDARD_CFLAGS) $< -o $@

$(BUILD)/tests/posix_glibc_%: tests/posix/%.cc $(STANDARD_NEEDS) $(BUILD)/glibc/driver.specs
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,CC $@)build/bin/weft-g++ --target=$(ARCH) -std=c++20 \
	    $(STANDARD_CFLAGS) $< -o $@

# The first process of the boot test; it knows no processor either.
$(BUILD)/init: tests/boot/init.c $(PROGRAM_NEEDS)
	@rm -f $@
	$(call say,CC $@)$(PROGRAM_CC) -static $< $(PROGRAM_LIBS) -o $@

programs: $(PROGRAMS) $(HOSTED) $(STANDARD) $(DROP_INS) $(BUILD)/init ## build the test programs
	@:

-include $(PROGRAMS:%=%.d) $(BUILD)/init.d

# ---- the suites: programs of the build machine ----

# Each check_<suite>.c is one. Those of HOST_SUITES look at no processor's build;
# check_programs.c has rules of its own; all others are run for each processor.
SUITES := $(patsubst tests/check_%.c,%,$(wildcard tests/check_*.c))
HOST_SUITES := $(filter lint model tsan,$(SUITES))
ARCH_SUITES := $(filter-out programs $(HOST_SUITES),$(SUITES))
SUITE_CFLAGS = -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Wshadow -Wconversion \
    -Werror \
    $(shell pkg-config --cflags check)
SUITE_LIBS = $(shell pkg-config --libs check)
SUITE_COMMON := tests/runner.c tests/suite.c

$(RESULTS)/bin/check_%: tests/check_%.c $(SUITE_COMMON) tests/boot/log.c \
    $(wildcard tests/*.h tests/*.def tests/boot/*.h)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,CC $@)$(HOSTCC) $(SUITE_CFLAGS) $(filter %.c,$^) $(SUITE_LIBS) -o $@

suites: $(SUITES:%=$(RESULTS)/bin/check_%)

# ---- parts ----

# $(call qemu,arch): what starts a program for that processor here.
qemu = $(if $(filter-out $(MACHINE),$1),qemu-$1)

# Builds all there is for one processor. A failure is a failed test: the parts
# that come after may find programs of an earlier build, and pass.
$(sort $(TEST_ARCHES:%=compile-%) compile-aarch64): compile-%: suites
	@mkdir -p $(RESULTS)
	@echo 1 > $(RESULTS)/$@.plan
	@$(MAKE) -k ARCH=$* all programs && echo 0 > $(RESULTS)/$@.plan || \
	    echo 'not ok 1 - $@' > $(RESULTS)/$@.tap

$(TEST_ARCHES:%=programs-%): programs-%: compile-%
	@$(RESULTS)/bin/check_programs -d build/$*/tests \
	    $(if $(call qemu,$*),-e -x) $* $(RESULTS)/$@ $(call qemu,$*)

$(TEST_ARCHES:%=soak-%): soak-%: compile-%
	@$(RESULTS)/bin/check_programs -s -d build/$*/tests \
	    $(if $(call qemu,$*),-e -x) $* $(RESULTS)/$@ $(call qemu,$*)

# The other suites. The compiler depends on ARCH, so make has to begin anew. What
# the lines of shell in the suites use:
#   CC with its target, CROSS before the names of binutils, QEMU to start a
#   program where it is needed, SCRATCH to leave files in.
ARCH_PARTS := $(foreach arch,$(TEST_ARCHES),$(ARCH_SUITES:%=%-$(arch)))
HOST_PARTS := $(HOST_SUITES:%=%-host)

$(foreach arch,$(TEST_ARCHES),$(eval $(ARCH_SUITES:%=%-$(arch)): compile-$(arch)))
$(ARCH_PARTS):
	@$(MAKE) --no-print-directory ARCH=$(lastword $(subst -, ,$@)) \
	    suite-$(firstword $(subst -, ,$@)) PART=$@ TARGET=$(lastword $(subst -, ,$@))

$(HOST_PARTS): %-host: suites
	@$(MAKE) --no-print-directory ARCH=$(MACHINE) suite-$* PART=$@ TARGET=host

$(SUITES:%=suite-%): suite-%:
	@ARCH='$(ARCH)' BUILD='$(BUILD)' CC='$(strip $(CC) $(CLANG_TARGET))' \
	    CROSS='$(CROSS)' QEMU='$(call qemu,$(ARCH))' \
	    SCRATCH='$(RESULTS)/scratch/$(PART)' \
	    $(RESULTS)/bin/check_$* $(TARGET) $(RESULTS)/$(PART)

# Allocators that other people wrote, for check_heaps.c.
HEAPS := build/heaps/$(ARCH)
$(HEAPS): tests/heaps.sh
	$(call say,GET $@)CC='$(strip $(CC) $(CLANG_TARGET))' tests/heaps.sh $(ARCH) \
	    $(CURDIR)/$@ >/dev/null

suite-heaps: $(HEAPS)

# ---- the boot test: all aarch64 programs on an arm64 kernel ----

BOOT := build/boot
BOOT_CPU_max := max,pauth-impdef=on# the architecture's own PAC is slow to emulate
BOOT_CPU_cortex-a53 := cortex-a53
BOOT_CPUS := max cortex-a53

$(BOOT)/vmlinuz:
	tests/boot/kernel.sh $@

$(BOOT)/initramfs: compile-aarch64
	@rm -rf $(BOOT)/root && mkdir -p $(BOOT)/root/tests
	@cp build/aarch64/init $(BOOT)/root/init
	@cp $$(find build/aarch64/tests -type f ! -name '*.d') $(BOOT)/root/tests
	@cd $(BOOT)/root && find . | cpio --quiet -o -H newc > ../initramfs

$(BOOT_CPUS:%=boot-%): boot-%: $(BOOT)/vmlinuz $(BOOT)/initramfs
	@rm -f $(BOOT)/$*.log
	@tests/boot/boot.sh $^ $(BOOT_CPU_$*) boot_$* $(BOOT)/$*.log $(TEST)
	@$(RESULTS)/bin/check_programs -e -l $(BOOT)/$*.log boot_$* $(RESULTS)/$@

# ---- what is typed ----

BOOT_PARTS := $(BOOT_CPUS:%=boot-%)
TEST_PARTS := $(if $(filter aarch64,$(TEST_ARCHES)),$(BOOT_PARTS)) \
    $(TEST_ARCHES:%=compile-%) $(TEST_ARCHES:%=programs-%) $(ARCH_PARTS) \
    $(HOST_PARTS)
RELEASE_PARTS := $(TEST_ARCHES:%=compile-%) $(TEST_ARCHES:%=programs-%) $(ARCH_PARTS)
SOAK_PARTS := $(TEST_ARCHES:%=compile-%) $(TEST_ARCHES:%=soak-%)

# $(call run_parts,parts,option of tally.sh): all of them, whatever fails, and
# the closing line.
define run_parts
@tests/install.sh test $(TEST_ARCHES)
@rm -f $(RESULTS)/*.plan $(RESULTS)/*.tap $(RESULTS)/*.exempt
@echo "This takes minutes; each part reports when it is over."
@$(MAKE) --no-print-directory -k -j$(JOBS) -Otarget \
    $(filter-out compile-%,$1) || true # they come before the others
@tests/tally.sh $2 $(RESULTS) $1
endef

test: ## everything, natively and for aarch64; TEST=part of a name narrows it
	$(call run_parts,$(TEST_PARTS))

test-release: ## what of test a libc or a compiler can break
	$(call run_parts,$(RELEASE_PARTS),-n)

RELEASES ?= trixie
test-releases: ## README's commands on other Debians, RELEASES="trixie sid"; as root
	@tests/install.sh releases
	@tests/releases.sh $(RELEASES)

boot-test: ## the aarch64 programs on a real arm64 kernel, in an emulated machine
	$(call run_parts,compile-aarch64 $(BOOT_PARTS))

soak: ## the storms at full length
	$(call run_parts,$(SOAK_PARTS),-n)

model: ## every interleaving of the primitives, and mutants; DEPTH=n goes deeper
	@$(MAKE) -s --no-print-directory -f tests/model/model.mk model \
	    DEPTH=$(or $(DEPTH),0) JOBS=$(JOBS)

tsan: ## the primitives under ThreadSanitizer; part of test
	$(call run_parts,tsan-host)

lint: ## what can be said of the sources without running them, style included
	@tests/install.sh lint $(TEST_ARCHES)
	tests/lint.sh format tidy licence arch labels readmes

.PHONY: programs suites test test-release test-releases boot-test soak model tsan lint
.PHONY: $(SUITES:%=suite-%) $(ARCH_PARTS) $(HOST_PARTS) compile-aarch64 $(BOOT_PARTS)
.PHONY: $(foreach arch,$(TEST_ARCHES),$(addsuffix -$(arch),compile programs soak))
.PHONY: $(BOOT)/initramfs
