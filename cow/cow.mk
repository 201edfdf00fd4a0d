# SPDX-License-Identifier: GPL-2.0-only
# cow.mk - builds the disk library and umlab-disk for the host (included by GNUmakefile)
#
# build/cow/libcow.a           the library with its libc back end
# build/cow/checked/libcow.a   the same with address and undefined-behaviour sanitizers, for tests
# build/umlab-disk             the tool
#
# The kernel image builds cow/lib/ by its own rules: cow/lib/Makefile.

COW_OUT := $(BUILD)/cow
COW_LIB := $(patsubst cow/%.c,%.o,$(wildcard cow/lib/*.c cow/posix/*.c))
COW_TOOL := $(patsubst cow/%.c,%.o,$(wildcard cow/tool/*.c))
COW_CFLAGS := -Wno-unused-parameter -Wstrict-prototypes

# Each folder sees only itself and the folders below it. lib/ has no C library at all.
cow_flags_lib := -ffreestanding -DCOW_FREESTANDING
cow_flags_posix := -Icow/lib
cow_flags_tool := -Icow/lib -Icow/posix -pthread
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

# Without shared libraries, so that it runs in every guest and initramfs.
$(BUILD)/umlab-disk: $(COW_TOOL:%=$(COW_OUT)/%) $(COW_OUT)/libcow.a
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_STATIC_LDFLAGS) -pthread -o $@.part $^
	@mv $@.part $@
	@echo "disk      $@"

-include $(wildcard $(COW_OUT)/*/*.d $(COW_OUT)/checked/*/*.d)
