# SPDX-License-Identifier: GPL-2.0-only
# tests.mk - build the test programs (included by GNUmakefile)
#
# tests/guest/<topic>.c    -> build/tests/guest/<topic>  static; runs in a guest or on the host
# tests/host/<name>.c      -> build/tests/host/<name>    checks what umlab needs from the host
# tests/unit/u-<module>.c  -> build/tests/u-<module>     unit test, see "unit tests" below
# tests/lib/<tool>.c       -> build/tests/<tool>         tools for test scripts
# build/tests/guest.cpio holds guest_init as /init and all topics, mini.cpio only the small ones.

TESTS_OUT := $(BUILD)/tests
TESTS_CFLAGS := -O1 -Wno-missing-field-initializers -Wno-unused-result -Wno-cast-function-type \
	-Wno-array-bounds -fno-omit-frame-pointer -pthread -Itests/lib -Iarch-um/include

TESTS_TOPICS := $(filter-out guest_init,$(basename $(notdir $(wildcard tests/guest/*.c))))
TESTS_MINI := hello

TESTS_GUEST := $(addprefix $(TESTS_OUT)/guest/,guest_init $(TESTS_TOPICS))
TESTS_HOST := $(patsubst tests/host/%.c,$(TESTS_OUT)/host/%,$(wildcard tests/host/*.c))
TESTS_UNIT := $(patsubst tests/unit/%.c,$(TESTS_OUT)/%,$(wildcard tests/unit/u-*.c))
TESTS_TOOLS := $(addprefix $(TESTS_OUT)/,typist confine inject)

.PHONY: tests-build
tests-build: $(TESTS_HOST) $(TESTS_UNIT) $(TESTS_TOOLS)
tests-build: $(addprefix $(TESTS_OUT)/,guest.cpio mini.cpio net.cpio)

# Build without hardening: these programs misuse memory on purpose and rely on their load address.
$(TESTS_OUT)/guest/%: tests/guest/%.c tests/tests.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -g $(WARNINGS) $(TESTS_CFLAGS) $(TESTS_CFLAGS_$*) \
		$(CPPFLAGS) $(CFLAGS) \
		-MMD -MP -MF $@.d -MT $@ -static $(LDFLAGS) -o $@ $<

$(TESTS_HOST): $(TESTS_OUT)/host/%: tests/host/%.c
$(TESTS_TOOLS): $(TESTS_OUT)/%: tests/lib/%.c
$(TESTS_HOST) $(TESTS_TOOLS): tests/tests.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CPPFLAGS) $(HOST_BASE_CFLAGS) $(TESTS_CFLAGS) $(CFLAGS) \
		-MMD -MP -MF $@.d -MT $@ $(HOST_LDFLAGS) -o $@ $(filter %.c,$^)

##### unit tests

# unit_<module> lists the sources (and archives) that the test of <module> is linked with,
# unit_cflags_<module> and unit_libs_<module> its flags and libraries.

# Link kernel code without the rest of the kernel: the test implements the host's calls.
unit_ubd_worker := drivers-ubd/worker/ubd_worker.c
unit_cflags_ubd_worker := -DUM_HOST_WORLD -Iarch-um/include -Idrivers-ubd

unit_ubd_now := drivers-ubd/kernel/ubd_now.c
unit_cflags_ubd_now := $(unit_cflags_ubd_worker)

unit_access_hint := arch-um/mm/access_hint.c
unit_cflags_access_hint := -DUM_HOST_WORLD -Iarch-um $(SANITIZE)

# Link the disk library, under the sanitizers.
COW_UNITS := blake chain header threads
$(foreach unit,$(COW_UNITS),$(eval unit_$(unit) := $(COW_OUT)/checked/libcow.a))
$(foreach unit,$(COW_UNITS),$(eval unit_cflags_$(unit) := $(SANITIZE) -Icow/lib -Icow/posix \
	-Wno-unused-parameter -Wno-unused-function))

# The modules of the umlab command, under the sanitizers: one library of all rooms below cli.
LABS_UNITS := agentlink check class conf files labfile labmap machine record snapshot unpack \
	table timing txt verb
LABS_CHECKED := $(patsubst labs/%.c,$(TESTS_OUT)/labs/%.o,$(filter-out %/image_rewrite.c,\
	$(wildcard $(patsubst %,labs/%/*.c,base link image machine lab check))))
LABS_CHECKED_FLAGS := -D_GNU_SOURCE -Ilabs $(SANITIZE)
$(TESTS_OUT)/labs/%.o: labs/%.c
	@mkdir -p $(@D)
	$(CC) $(TESTS_CFLAGS) $(LABS_CHECKED_FLAGS) -MMD -MP -c -o $@ $<
-include $(LABS_CHECKED:.o=.d)
$(TESTS_OUT)/labs/liblabs.a: $(LABS_CHECKED)
	rm -f $@
	$(AR) rcs $@ $^
$(foreach unit,$(LABS_UNITS),$(eval unit_$(unit) := $(TESTS_OUT)/labs/liblabs.a))
$(foreach unit,$(LABS_UNITS),$(eval unit_cflags_$(unit) := $(LABS_CHECKED_FLAGS)))
$(foreach unit,$(LABS_UNITS),$(eval unit_libs_$(unit) := -ljansson -lyaml -lsmartcols -lm))

# Link the modules of umlab-net, under the sanitizers. Leave out two checks, which would fail in
# the macros of liburcu because they add offsets to NULL.
NET_CHECKS = -D_GNU_SOURCE -DUM_HOST_WORLD -Iarch-um/include -Islirp-glue -Wno-unused-parameter \
	$(SANITIZE) -fno-sanitize=pointer-overflow,null
net_common = $(patsubst %,slirp-glue/common/%.c,$(1))
NET_SWITCH := $(patsubst %,slirp-glue/switch/%.c,switch port vlan fdb stp capture) \
	$(call net_common,batch cable sendq impair offload frame loop say)
URCU := -lurcu-memb -lurcu-cds -lurcu-common
unit_loop := $(call net_common,loop)
unit_sendq := $(call net_common,sendq batch frame loop)
unit_impair := $(call net_common,impair cable frame loop)
unit_fdb := slirp-glue/switch/fdb.c
unit_offload := $(call net_common,offload frame)
unit_filter := slirp-glue/uplink/filter.c $(call net_common,packet offload frame)
unit_local_ack := $(patsubst %,slirp-glue/uplink/%.c,local_ack connection kept segment) \
	$(call net_common,packet offload frame)
unit_forward := slirp-glue/uplink/forward.c
unit_switch := $(NET_SWITCH)
unit_frames := $(NET_SWITCH) slirp-glue/uplink/filter.c $(call net_common,packet)
$(foreach unit,impair fdb offload filter forward switch frames local_ack loop sendq, \
	$(eval unit_cflags_$(unit) = $$(NET_CHECKS)))
$(foreach unit,fdb switch frames local_ack,$(eval unit_libs_$(unit) := $$(URCU)))

# unit_rules MODULE: define the rules for one test. Its sources are compiled with separate flags
# into a separate folder.
define unit_rules
unit_objects_$1 := $$(patsubst %.c,$(TESTS_OUT)/obj/$1/%.o,tests/unit/u-$1.c \
	$$(filter %.c,$$(unit_$1)))

$(TESTS_OUT)/obj/$1/%.o: %.c tests/tests.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(HOST_CPPFLAGS) $$(HOST_BASE_CFLAGS) $$(TESTS_CFLAGS) $$(unit_cflags_$1) \
		$$(CFLAGS) -MMD -MP -c -o $$@ $$<

$(TESTS_OUT)/u-$1: $$(unit_objects_$1) $$(filter %.a,$$(unit_$1))
	$$(Q)$$(CC) $$(HOST_CFLAGS) $$(TESTS_CFLAGS) $$(unit_cflags_$1) $$(HOST_LDFLAGS) \
		-o $$@ $$^ $$(unit_libs_$1)

-include $$(unit_objects_$1:.o=.d)
endef
$(foreach unit,$(TESTS_UNIT:$(TESTS_OUT)/u-%=%),$(eval $(call unit_rules,$(unit))))

##### what guests boot

$(TESTS_OUT)/guest.cpio: labs/setup/pack-cpio $(TESTS_GUEST)
	$(Q)labs/setup/pack-cpio $@ $(TESTS_GUEST)

TESTS_MINI_GUEST := $(addprefix $(TESTS_OUT)/guest/,guest_init $(TESTS_MINI))
$(TESTS_OUT)/mini.cpio: labs/setup/pack-cpio $(TESTS_MINI_GUEST)
	$(Q)labs/setup/pack-cpio $@ $(TESTS_MINI_GUEST)

$(TESTS_OUT)/net.cpio: tests/lib/pack-net-cpio | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)tests/lib/pack-net-cpio $@

-include $(TESTS_GUEST:=.d) $(TESTS_HOST:=.d) $(TESTS_TOOLS:=.d)
