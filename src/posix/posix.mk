# SPDX-License-Identifier: MIT
# posix.mk - the drop-in: the facade and all of the runtime, as one object for each
# libc; included by the top Makefile.
#
# One object, because otherwise the linker would take some names from it and others
# from the libc, whose functions know nothing of these threads. It is called
# libpthread.a: gcc -pthread looks for that before the libc.

POSIX_SRC := thread handle deadline getattr mutex mutexattr circle cond rwlock rwlock_urgent \
             barrier spin sem sem_named once_key cancel sched c11
POSIX_musl := choice_musl attrs_musl attrs_masks_musl objattrs_musl cleanup_musl other_musl named_musl
POSIX_glibc := choice_glibc attr_glibc cleanup_glibc other_glibc named_glibc

# Where a libc's development files are. musl's: as Debian's musl-dev puts them.
MUSL_INCLUDE := /usr/include/$(ARCH)-linux-musl
MUSL_LIB := /usr/lib/$(ARCH)-linux-musl
GLIBC_LIB = $(shell $(CC) $(CLANG_TARGET) -print-file-name=libc.a 2>/dev/null)

LIBCS := $(if $(wildcard $(MUSL_LIB)/libc.a),musl) \
         $(if $(filter /%,$(GLIBC_LIB)),$(if $(wildcard src/host/glibc.c),glibc))

# Beside glibc a thread ends frame by frame, through the core's frames too.
CORE_musl := -nostdinc -Iinclude/weft/posix -isystem $(MUSL_INCLUDE) \
    -isystem $(shell $(CC) $(CLANG_TARGET) -print-file-name=include 2>/dev/null)
CORE_glibc := -fexceptions -fasynchronous-unwind-tables

# -iquote: src has files that are called like headers of the libc. A function has a
# frame only where it calls another: on aarch64 the return address in it is signed,
# and where the processor is emulated that takes longer than all the rest.
DROP_IN = $(filter-out -Isrc -Iarch/$(ARCH) -MMD -MP -fno-shrink-wrap,$(COMPILE)) \
    -iquote src -iquote arch/$(ARCH) -D_GNU_SOURCE -MMD -MP

# What programs call most often is compiled for speed.
POSIX_FAST := mutex cond rwlock spin sem once_key c11

# What is for another libc stays out.
NOT_musl := glibc
NOT_glibc := musl
drop_in_sources = $(CORE_SRC) \
    $(foreach file,$(filter-out src/host/choice.c,$(HOST_SRC)),\
        $(if $(findstring /$(NOT_$1),$(file)),,$(file))) \
    $(patsubst %,src/posix/%.c,$(POSIX_SRC) $(POSIX_$1))
drop_in_objects = $(patsubst %,$(BUILD)/$1/obj/%.o,$(call drop_in_sources,$1))

define drop_in
$(BUILD)/$1/obj/%.o: % $(BUILD)/flags src/posix/posix.mk
	@mkdir -p $$(@D)
	$$(call say,CC $$@)$$(DROP_IN) $$(CORE_$1) $$(POSIX_LANGUAGE) -c -o $$@ $$<

# The facade includes headers of the libc, the runtime below it none.
$(BUILD)/$1/obj/src/posix/%.o: POSIX_LANGUAGE := -fhosted
$(POSIX_FAST:%=$(BUILD)/$1/obj/src/posix/%.c.o): POSIX_LANGUAGE := -fhosted -O2

$(BUILD)/$1/weft.o: $(call drop_in_objects,$1)
	$$(call say,LD $$@)$$(CC) $$(CLANG_TARGET) -nostdlib -r -o $$@ $$^

$(BUILD)/$1/libpthread.a: $(BUILD)/$1/weft.o
	@rm -f $$@
	$$(call say,AR $$@)$$(AR) rcs $$@ $$^
endef
$(foreach libc,musl glibc,$(eval $(call drop_in,$(libc))))

# What -lc finds first, beside glibc: programs whose references are all weak, and
# those that are not linked with -pthread, get the object too. (The name is one that
# programs do not refer to weakly: the linker would leave it at that.)
$(BUILD)/glibc/libc.a: $(BUILD)/glibc/libpthread.a
	@echo '/* GNU ld script */' >$@
	@echo 'EXTERN(weft_create)' >>$@
	@echo 'GROUP(libpthread.a $(GLIBC_LIB))' >>$@

# ---- the drivers ----

# build/bin has a name for each libc and processor; they are one script, which
# finds the rest from where it lies.
DRIVERS := build/bin/weft-gcc build/bin/weft-g++ build/driver/check-link.sh
DRIVER_NAMES := weft-g++ weft-glibc-gcc weft-musl-gcc \
    $(foreach arch,$(ARCHES),$(addprefix $(arch)-linux-,\
        gnu-weft-gcc gnu-weft-g++ musl-weft-gcc))

build/bin/weft-gcc: src/driver/weft-gcc.sh src/posix/posix.mk
	@mkdir -p $(@D)
	$(call say,CP $@)cp $< $@ && chmod +x $@
	@for name in $(DRIVER_NAMES); do ln -sf weft-gcc $(@D)/$$name; done

build/bin/weft-g++: build/bin/weft-gcc
	@ln -sf weft-gcc $@

build/driver/%.sh: src/driver/%.sh
	@mkdir -p $(@D)
	$(call say,CP $@)cp $< $@ && chmod +x $@

# What gcc does otherwise, and what is added to all that is assembled.
$(BUILD)/%/driver.specs: src/driver/%.specs.in $(BUILD)/%/mark.s $(BUILD)/%/weft.o
	$(call say,SPECS $@)sed -e 's|@MUSL_INCLUDE@|$(MUSL_INCLUDE)|g' \
	    -e 's|@MUSL_LIB@|$(MUSL_LIB)|g' $< >$@

.PRECIOUS: $(BUILD)/%/mark.s # make would remove it: a step on the way, for a %
$(BUILD)/%/mark.s: src/posix/posix.mk
	@mkdir -p $(@D)
	@echo '.pushsection .weft_compiled_for_$*,"e",%progbits; .popsection' >$@

# Beside musl: Weft's additions to its headers; and the kernel's, which musl's own
# toolchains have beside the libc's. They are where this compiler has them.
$(BUILD)/musl/driver.specs: $(BUILD)/musl/include $(BUILD)/musl/kernel

$(BUILD)/musl/include: $(wildcard include/weft/posix/*.h)
	@mkdir -p $@
	@cp $^ $@
	@touch $@

KERNEL_FOLDERS := asm asm-generic drm linux misc mtd rdma scsi sound video xen

$(BUILD)/musl/kernel:
	@mkdir -p $@
	@printf '#include <asm/errno.h>\n#include <linux/version.h>\n' | \
	    $(CC) $(CLANG_TARGET) -M -xc - | tr ' ' '\n' | \
	    sed -n -e 's,/asm/errno.h$$,,p' -e 's,/linux/version.h$$,,p' | \
	    while read -r place; do for folder in $(KERNEL_FOLDERS); do \
	        [ ! -d $$place/$$folder ] || ln -sfn $$place/$$folder $@; done; done

DROP_INS := $(LIBCS:%=$(BUILD)/%/libpthread.a) $(LIBCS:%=$(BUILD)/%/driver.specs) \
    $(if $(filter glibc,$(LIBCS)),$(BUILD)/glibc/libc.a) $(DRIVERS)
drop-ins: $(DROP_INS) ## what existing programs are re-linked with
	@$(foreach libc,$(filter-out $(LIBCS),musl glibc),\
	    echo "no $(libc) for $(ARCH) here: $(BUILD)/$(libc) is not made";)

.PHONY: drop-ins
