# SPDX-License-Identifier: MIT
# model.mk - how the explorer is built and run; used by tests/check_model.c and
# patches.sh, and alone:
#     make -f tests/model/model.mk build/model/mutex && build/model/mutex check -v
#
# One program for each primitive: the explorer, its scenarios, and the library's
# sources that the scenarios need. See tests/model/README.md.

HOSTCC ?= cc
say ?= @
MODEL := build/model
MODEL_DIR := tests/model
DEPTH ?= 0
# Where the library's sources are: patches.sh has changed copies.
TREE ?= .
MODEL_OUT := $(if $(filter .,$(TREE)),$(MODEL),$(TREE))

# The primitives, and the sources that each is made of. The first three are the
# explorer's own tests.
MODEL_PRIMITIVES := litmus machine signals lock lock_shared mutex owned sem cond \
    cond_freed cond_shared rwlock barrier once spin request life recycle handle \
    everyone
MODEL_litmus :=
MODEL_machine :=
MODEL_signals :=
MODEL_lock := lock
MODEL_lock_shared := lock_shared
MODEL_mutex := mutex
MODEL_sem := sem
MODEL_cond := cond mutex cond_shared ghosts
MODEL_cond_freed := cond mutex cond_shared ghosts
MODEL_cond_shared := cond_shared cond mutex ghosts
MODEL_owned := owned mutex lock_shared cond cond_shared ghosts cond_owned
MODEL_rwlock := rwlock rwlock_shared ghosts mutex
MODEL_barrier := barrier barrier_shared ghosts mutex
MODEL_once := once
MODEL_spin := spin mutex
MODEL_request := request
MODEL_life := thread record life join birth lock stack place hold signal refusal request
MODEL_recycle := recycle fork $(MODEL_life)
MODEL_handle := posix/handle thread record life join birth lock stack place hold \
    signal refusal request
MODEL_everyone := host/everyone record life lock

MODEL_WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Werror
MODEL_CC = $(HOSTCC) -std=c11 -D_GNU_SOURCE -g -fno-pie \
    -fno-stack-protector $(MODEL_WARN) -MMD -MP

# The explorer itself.
EXPLORER := explore run coroutine memory access plain watched frames sleep await trace \
    kernel signals vanish cancel outcome mutant main
EXPLORER_OBJECTS := $(EXPLORER:%=$(MODEL)/%.o)

$(EXPLORER_OBJECTS): $(MODEL)/%.o: $(MODEL_DIR)/%.c
	@mkdir -p $(@D)
	$(call say,CC $@)$(MODEL_CC) -O2 -I$(MODEL_DIR) -Iinclude -iquote src \
	    -iquote $(MODEL_DIR)/seam -c -o $@ $<

# What is explored. The compiler calls frames.c before every plain access
# (-fsanitize=thread, whose own runtime is not linked), and the seams take the
# place of the headers for atomics, futexes and the processor.
UNIT_CC = $(MODEL_CC) -O1 -fsanitize=thread -fno-optimize-sibling-calls \
    -fno-strict-aliasing -DWEFT_ATOMIC_HOOK='"seam/atomic_hook.h"' \
    -include $(MODEL_DIR)/seam/first.h -I$(MODEL_DIR) \
    -iquote $(MODEL_DIR)/seam -I$(TREE)/include -iquote $(TREE)/src

# The sources of one primitive become one object, whose static variables lie in
# sections of their own: the explorer resets them before each execution.
define primitive
$(MODEL_OUT)/obj/$1-%.o: $(TREE)/src/%.c
	@mkdir -p $$(@D)
	$$(call say,CC $$@)$$(UNIT_CC) -c -o $$@ $$<

$(MODEL_OUT)/obj/$1-scenario.o: $(MODEL_DIR)/scenario_$1.c
	@mkdir -p $$(@D)
	$$(call say,CC $$@)$$(UNIT_CC) -c -o $$@ $$<

$(MODEL_OUT)/$1: $(EXPLORER_OBJECTS) \
    $(MODEL_$1:%=$(MODEL_OUT)/obj/$1-%.o) $(MODEL_OUT)/obj/$1-scenario.o
	@ld -r -o $$@.unit $$(filter $(MODEL_OUT)/obj/%,$$^)
	@objcopy --rename-section .bss=unit_bss --rename-section .data=unit_data \
	    $$@.unit
	$$(call say,LD $$@)$$(HOSTCC) -no-pie -o $$@ $(EXPLORER_OBJECTS) $$@.unit
endef
$(foreach p,$(MODEL_PRIMITIVES),$(eval $(call primitive,$p)))

# What each primitive's scenarios, weakened orders and patches had to say.
MODEL_REPORTS := $(MODEL_PRIMITIVES:%=$(MODEL)/%.report)

$(MODEL_REPORTS): $(MODEL)/%.report: $(MODEL)/%
	@{ $< report -d $(DEPTH); echo "status $$?"; \
	    $(MODEL_DIR)/patches.sh $* $(DEPTH); echo "status $$?"; } >$@ 2>&1

.PHONY: model $(MODEL_REPORTS)
model:
	@rm -f $(MODEL_REPORTS)
	@$(MAKE) -s -f $(MODEL_DIR)/model.mk -k -j$(or $(JOBS),2) \
	    $(MODEL_REPORTS) || true
	@$(MODEL_DIR)/summary.sh $(MODEL_PRIMITIVES)

-include $(wildcard $(MODEL)/*.d $(MODEL_OUT)/obj/*.d \
    $(MODEL_OUT)/obj/*/*.d)
