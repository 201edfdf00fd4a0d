# SPDX-License-Identifier: GPL-2.0-only
# cow.mk - build the disk library and umlab-disk for the host
#
# build/cow/libcow.a           the library with its libc back end
# build/cow/checked/libcow.a   the same with address and undefined-behaviour sanitizers, for tests
# build/umlab-disk             the tool
#
# Included by GNUmakefile and by tests/tests.mk; also works alone. The kernel image builds
# cow/lib/ by its own rules: cow/lib/Makefile.

CC ?= gcc
AR ?= ar
BUILD ?= build
HOST_CFLAGS ?= -O2 -g -fPIE -fstack-protector-strong
HOST_CPPFLAGS ?=
HOST_LDFLAGS ?=

COW_OUT := $(BUILD)/cow
COW_LIB := $(patsubst cow/%.c,%.o,$(wildcard cow/lib/*.c cow/posix/*.c))
COW_TOOL := $(patsubst cow/%.c,%.o,$(wildcard cow/tool/*.c))
COW_CHECKS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
COW_CFLAGS := -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wstrict-prototypes

# Each folder sees only itself and the folders below it. lib/ has no C library at all.
cow_flags_lib := -ffreestanding -DCOW_FREESTANDING
cow_flags_posix := -Icow/lib
cow_flags_tool := -Icow/lib -Icow/posix -pthread
cow_compile = $(CC) $(COW_CFLAGS) $(HOST_CPPFLAGS) $(HOST_CFLAGS) $(cow_flags_$(notdir $(<D))) -MMD -MP

.PHONY: umlab-disk
umlab-disk: $(BUILD)/umlab-disk

$(COW_OUT)/%.o: cow/%.c cow/cow.mk
	@mkdir -p $(@D)
	$(cow_compile) -c -o $@ $<

$(COW_OUT)/checked/%.o: cow/%.c cow/cow.mk
	@mkdir -p $(@D)
	$(cow_compile) $(COW_CHECKS) -c -o $@ $<

$(COW_OUT)/libcow.a: $(COW_LIB:%=$(COW_OUT)/%)
$(COW_OUT)/checked/libcow.a: $(COW_LIB:%=$(COW_OUT)/checked/%)
$(COW_OUT)/libcow.a $(COW_OUT)/checked/libcow.a:
	@rm -f $@
	$(AR) crs $@ $^

# Without shared libraries, so that it runs in every guest and initramfs.
$(BUILD)/umlab-disk: $(COW_TOOL:%=$(COW_OUT)/%) $(COW_OUT)/libcow.a
	$(CC) $(HOST_CFLAGS) $(HOST_LDFLAGS) -static-pie -pthread -o $@ $^

-include $(wildcard $(COW_OUT)/*/*.d $(COW_OUT)/checked/*/*.d)
