# SPDX-License-Identifier: GPL-2.0-only
# cow.mk - the disk library and umlab-disk for ordinary programs (included by GNUmakefile; works alone)
#
# build/cow/libcow.a       the library
# build/cow/checked/       the same with address and undefined-behaviour checks, for tests
# build/umlab-disk         the tool
# The kernel image builds the same sources by its own rules: cow/Makefile.

CC ?= gcc
BUILD ?= build
COW_OUT := $(BUILD)/cow
COW_LIB := $(patsubst cow/%.c,%,$(wildcard cow/lib/*.c cow/posix/*.c))
COW_TOOL := $(patsubst cow/%.c,%,$(wildcard cow/tool/*.c))
COW_HEADERS := $(wildcard cow/*/*.h)
COW_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wstrict-prototypes -Icow/lib -Icow/posix -pthread
COW_CHECKS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

.PHONY: umlab-disk
umlab-disk: $(BUILD)/umlab-disk

$(COW_OUT)/%.o: cow/%.c $(COW_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COW_CFLAGS) -c -o $@ $<

$(COW_OUT)/checked/%.o: cow/%.c $(COW_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COW_CFLAGS) $(COW_CHECKS) -c -o $@ $<

$(COW_OUT)/libcow.a: $(COW_LIB:%=$(COW_OUT)/%.o)
	@rm -f $@
	ar crs $@ $^

$(COW_OUT)/checked/libcow.a: $(COW_LIB:%=$(COW_OUT)/checked/%.o)
	@rm -f $@
	ar crs $@ $^

# Static, so that it runs in any guest and initramfs as well.
$(BUILD)/umlab-disk: $(COW_TOOL:%=$(COW_OUT)/%.o) $(COW_OUT)/libcow.a
	$(CC) $(COW_CFLAGS) -static -o $@ $^
