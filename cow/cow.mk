# SPDX-License-Identifier: GPL-2.0-only
# cow.mk - build the disk library and umlab-disk for the host (included by GNUmakefile)
#
# build/cow/libcow.a           the library with its libc back end
# build/cow/checked/libcow.a   the same with address and undefined-behaviour sanitizers, for tests
# build/umlab-disk             the tool
# build/cow/umlab-disk.1       its man page, from the tables in cow/tool/
#
# The kernel image builds cow/lib/ by its own rules: cow/lib/Makefile.

COW_OUT := $(BUILD)/cow
COW_LIB := $(patsubst cow/%.c,%.o,$(wildcard cow/lib/*.c cow/posix/*.c))
COW_TOOL := $(patsubst cow/%.c,%.o,$(wildcard cow/tool/*.c))
COW_MAN := $(COW_OUT)/umlab-disk.1
COW_CFLAGS := -Wno-unused-parameter -Wstrict-prototypes

# The objects of the option parser, which labs.mk compiles.
include labs/base/program.mk
COW_PARSER := $(PROGRAM_SOURCES:labs/%.c=$(LABS_OUT)/obj/%.o)

# Each folder sees only itself and the folders below it. lib/ has no C library at all.
cow_flags_lib := -ffreestanding -DCOW_FREESTANDING
cow_flags_posix := -Icow/lib
cow_flags_tool := -D_GNU_SOURCE -Icow/lib -Icow/posix -Ilabs -pthread
cow_compile = $(Q)$(CC) $(COW_CFLAGS) $(cow_flags_$(notdir $(<D))) $(HOST_CPPFLAGS) $(HOST_CFLAGS)

.PHONY: umlab-disk
umlab-disk: $(BUILD)/umlab-disk

$(COW_OUT)/%.o: cow/%.c cow/cow.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(cow_compile) -MMD -MP -c -o $@ $<

$(COW_OUT)/checked/%.o: cow/%.c cow/cow.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(cow_compile) $(SANITIZE) -MMD -MP -c -o $@ $<

$(COW_OUT)/libcow.a: $(COW_LIB:%=$(COW_OUT)/%)
$(COW_OUT)/checked/libcow.a: $(COW_LIB:%=$(COW_OUT)/checked/%)
$(COW_OUT)/libcow.a $(COW_OUT)/checked/libcow.a:
	@rm -f $@
	$(Q)$(AR) crs $@ $^

# Linked statically, so that umlab-disk runs in every guest and initramfs.
$(BUILD)/umlab-disk: $(COW_TOOL:%=$(COW_OUT)/%) $(COW_OUT)/libcow.a $(COW_PARSER)
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_STATIC_LDFLAGS) -pthread -o $@.part $^
	@mv $@.part $@
	@echo "disk      $@"

$(COW_MAN): $(BUILD)/umlab-disk
	$(Q)$< help --man >$@.part
	@mv $@.part $@

-include $(wildcard $(COW_OUT)/*/*.d $(COW_OUT)/checked/*/*.d)
