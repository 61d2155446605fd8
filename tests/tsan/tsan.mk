# SPDX-License-Identifier: MIT
# tsan.mk - the primitives under ThreadSanitizer; used by tests/check_tsan.c, and
# alone:  make -f tests/tsan/tsan.mk -j2 && build/tsan/mutex
# See README.md.

HOSTCC ?= cc
TSAN := build/tsan
TSAN_DIR := tests/tsan
MACHINE := $(patsubst arm64,aarch64,$(shell uname -m))

# The sources under test of each program; all use the rest.
TSAN_lock := lock
TSAN_mutex := mutex spin_wait
TSAN_spin := spin mutex spin_wait
TSAN_sem := sem
TSAN_cond := cond cond_shared ghosts lock mutex spin_wait
TSAN_rwlock := rwlock rwlock_shared ghosts mutex spin_wait
TSAN_barrier := barrier barrier_shared ghosts mutex spin_wait
TSAN_once := once
TSAN_owned := owned lock_shared owned_pi futex_pi robust ceiling refusal cond_owned cond \
    cond_shared ghosts lock mutex spin_wait
TSAN_ALL := lock mutex spin sem cond rwlock barrier once owned
TSAN_REST := futex clock

# What the kernel orders is said to ThreadSanitizer around these calls.
comma := ,
TSAN_LINK := -Wl,--wrap=weft__futex_change_and_wake
TSAN_LINK_owned := $(patsubst %,-Wl$(comma)--wrap=weft__futex_%_pi,\
    lock trylock unlock)

TSAN_FLAGS := -std=c11 -D_GNU_SOURCE -O1 -g -fsanitize=thread -fno-strict-aliasing \
    -Wall -Wextra -Wshadow -Wconversion -Werror \
    -DWEFT_ATOMIC_HOOK='"tests/tsan/atomic_hook.h"' -Iinclude -iquote . \
    -iquote src -iquote arch/$(MACHINE) -iquote $(TSAN_DIR) -MMD -MP -pthread

# ThreadSanitizer does not know fences, and gcc warns. The one in there orders a
# pointer against a state of the kernel's, which is no memory of the program.
ifneq ($(findstring clang,$(shell $(HOSTCC) --version)),clang)
$(TSAN)/src-ceiling.o: TSAN_FLAGS += -Wno-tsan
endif

all: $(TSAN_ALL:%=$(TSAN)/%)

$(TSAN)/src-%.o: src/%.c
	@mkdir -p $(@D)
	$(HOSTCC) $(TSAN_FLAGS) -c -o $@ $<

$(TSAN)/run-%.o: $(TSAN_DIR)/%.c
	@mkdir -p $(@D)
	$(HOSTCC) $(TSAN_FLAGS) -c -o $@ $<

define tsan_program
$(TSAN)/$1: $(patsubst %,$(TSAN)/src-%.o,$(TSAN_$1) $(TSAN_REST)) \
    $(TSAN)/run-$1.o $(TSAN)/run-host.o
	$$(HOSTCC) -fsanitize=thread -pthread $$(TSAN_LINK) $$(TSAN_LINK_$1) -o $$@ $$^
endef
$(foreach p,$(TSAN_ALL),$(eval $(call tsan_program,$p)))

.PHONY: all
.PRECIOUS: $(TSAN)/src-%.o $(TSAN)/run-%.o
-include $(wildcard $(TSAN)/*.d)
