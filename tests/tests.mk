# SPDX-License-Identifier: GPL-2.0-only
# tests.mk - build the test programs (included by GNUmakefile; works alone: make -f tests/tests.mk)
#
# tests/guest/<topic>.c -> build/tests/guest/<topic>   static, run inside a guest (or on the host)
# tests/host/<name>.c   -> build/tests/host/<name>     what we need of the host
# tests/unit/u-<module>.c -> build/tests/u-<module>  unit tests, with the sources that unit_<module> names
# tests/lib/typist.c       -> build/tests/typist         types at a guest's console
# build/tests/guest.cpio holds guest_init as /init and all topics; mini.cpio only the small ones.

TESTS_OUT := build/tests
ifndef COW_OUT
include cow/cow.mk
endif
TESTS_CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Wno-missing-field-initializers -Wno-unused-result -Wno-cast-function-type \
	-fno-omit-frame-pointer -pthread -Itests/lib -Iarch-um/include

TESTS_TOPICS := $(filter-out guest_init,$(basename $(notdir $(wildcard tests/guest/*.c))))
TESTS_MINI := hello

TESTS_GUEST := $(addprefix $(TESTS_OUT)/guest/,guest_init $(TESTS_TOPICS))
TESTS_HOST := $(patsubst tests/host/%.c,$(TESTS_OUT)/host/%,$(wildcard tests/host/*.c))

TESTS_UNIT := $(patsubst tests/unit/%.c,$(TESTS_OUT)/%,$(wildcard tests/unit/u-*.c))

.PHONY: tests-build
tests-build: $(TESTS_HOST) $(TESTS_UNIT) $(TESTS_OUT)/typist $(TESTS_OUT)/confine $(TESTS_OUT)/inject $(TESTS_OUT)/guest.cpio $(TESTS_OUT)/mini.cpio $(TESTS_OUT)/net.cpio

$(TESTS_OUT)/guest/%: tests/guest/%.c tests/lib/tap.h tests/guest/vdso_symbol.h tests/guest/attack.h
	@mkdir -p $(@D)
	$(CC) $(TESTS_CFLAGS) $(TESTS_CFLAGS_$*) -static -o $@ $<

$(TESTS_OUT)/host/%: tests/host/%.c tests/lib/tap.h
	@mkdir -p $(@D)
	$(CC) $(TESTS_CFLAGS) -o $@ $<

# Code of the machine's kernel that makes sense without it: the host's calls are the test's own.
unit_ubd_worker := drivers-ubd/worker/ubd_worker.c
unit_cflags_ubd_worker := -DUM_HOST_WORLD -Iarch-um/include -Idrivers-ubd

unit_ubd_now := drivers-ubd/kernel/ubd_now.c
unit_cflags_ubd_now := $(unit_cflags_ubd_worker)

# Disks: with a copy of the library that checks itself.
COW_UNITS := blake chain header threads
$(foreach unit,$(COW_UNITS),$(eval unit_$(unit) := $(COW_OUT)/checked/libcow.a))
$(foreach unit,$(COW_UNITS),$(eval unit_cflags_$(unit) := $(COW_CHECKS) -Icow/lib -Icow/posix -Wno-unused-parameter -Wno-unused-function))
$(COW_UNITS:%=$(TESTS_OUT)/u-%): tests/unit/simdisk.h tests/unit/cowmodel.h

# The lab command's modules, under the sanitizers.
unit_labfile := $(addprefix labs/,lab/labfile.c lab/labkeys.c lab/lablint.c base/txt.c base/files.c base/tell.c)
unit_cflags_labfile := -D_GNU_SOURCE -Ilabs -fsanitize=address,undefined -fno-sanitize-recover=all
unit_wirelink := labs/link/wirelink.c
unit_cflags_wirelink := $(unit_cflags_labfile)

# The network's, likewise. UBSan flags the offset of a NULL in liburcu's own macros.
NET_CHECKS = -D_GNU_SOURCE -DUM_HOST_WORLD -Iarch-um/include -Islirp-glue -Wno-unused-parameter \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-sanitize=pointer-overflow,null
NET_SWITCH := $(addprefix slirp-glue/,switch/switch.c switch/port.c switch/fdb.c switch/stp.c common/impair.c switch/capture.c common/offload.c common/frame.c common/loop.c common/say.c)
URCU := -lurcu-memb -lurcu-cds -lurcu-common
unit_impair := $(addprefix slirp-glue/,common/impair.c common/frame.c common/loop.c)
unit_fdb := slirp-glue/switch/fdb.c
unit_offload := $(addprefix slirp-glue/,common/offload.c common/frame.c)
unit_filter := $(addprefix slirp-glue/,uplink/filter.c common/packet.c common/offload.c common/frame.c)
unit_local_ack := $(addprefix slirp-glue/,uplink/local_ack.c uplink/local_ack_table.c uplink/local_ack_kept.c uplink/segment.c common/packet.c common/offload.c common/frame.c)
unit_forward := slirp-glue/uplink/forward.c
unit_switch := $(NET_SWITCH)
unit_frames := $(NET_SWITCH) $(addprefix slirp-glue/,uplink/filter.c common/packet.c)
$(foreach unit,impair fdb offload filter forward switch frames local_ack,$(eval unit_cflags_$(unit) := $$(NET_CHECKS)))
unit_cflags_local_ack += -I/usr/include/glib-2.0 -I/usr/lib/$(shell $(CC) -print-multiarch)/glib-2.0/include
unit_libs_local_ack := -lglib-2.0
$(foreach unit,fdb switch frames,$(eval unit_libs_$(unit) := $$(URCU)))

.SECONDEXPANSION:
$(TESTS_OUT)/u-%: tests/unit/u-%.c tests/lib/tap.h tests/lib/number.h $$(unit_%)
	@mkdir -p $(@D)
	$(CC) $(TESTS_CFLAGS) $(unit_cflags_$*) -o $@ $< $(unit_$*) $(unit_libs_$*)

$(TESTS_OUT)/typist $(TESTS_OUT)/confine $(TESTS_OUT)/inject: $(TESTS_OUT)/%: tests/lib/%.c
	@mkdir -p $(@D)
	$(CC) $(TESTS_CFLAGS) -o $@ $<

$(TESTS_OUT)/guest.cpio: labs/setup/pack-cpio $(TESTS_GUEST)
	labs/setup/pack-cpio $@ $(TESTS_OUT)/guest/guest_init $(addprefix $(TESTS_OUT)/guest/,$(TESTS_TOPICS))

$(TESTS_OUT)/mini.cpio: labs/setup/pack-cpio $(TESTS_OUT)/guest/guest_init $(addprefix $(TESTS_OUT)/guest/,$(TESTS_MINI))
	labs/setup/pack-cpio $@ $(TESTS_OUT)/guest/guest_init $(addprefix $(TESTS_OUT)/guest/,$(TESTS_MINI))

$(TESTS_OUT)/net.cpio: tests/lib/pack-net-cpio | $(PACKAGES)
	@mkdir -p $(@D)
	tests/lib/pack-net-cpio $@
