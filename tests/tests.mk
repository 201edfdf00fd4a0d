# SPDX-License-Identifier: GPL-2.0-only
# tests.mk - build the test programs (included by GNUmakefile)
#
# tests/guest/<topic>.c    -> build/tests/guest/<topic>  static; runs in a guest or on the host
# tests/host/<name>.c      -> build/tests/host/<name>    checks what umlab needs from the host
# tests/unit/u-<module>.c  -> build/tests/u-<module>     unit test, see "unit tests" below
# tests/fuzz/f-<target>.c  -> build/tests/f-<target>     fuzz target, see "fuzz targets" below
# tests/lib/<tool>.c       -> build/tests/<tool>         tools for test scripts
# build/tests/guest.cpio holds guest_init as /init and all topics, mini.cpio only the small ones.

TESTS_OUT := $(BUILD)/tests
TESTS_CFLAGS := -O1 -Wno-missing-field-initializers -Wno-unused-result -Wno-cast-function-type \
	-Wno-array-bounds -fno-omit-frame-pointer -pthread -Itests/lib -Iarch-um/include

TESTS_TOPICS := $(filter-out guest_init,$(basename $(notdir $(wildcard tests/guest/*.c))))
TESTS_MINI := hello forklimit

TESTS_GUEST := $(addprefix $(TESTS_OUT)/guest/,guest_init $(TESTS_TOPICS))
TESTS_HOST := $(patsubst tests/host/%.c,$(TESTS_OUT)/host/%,$(wildcard tests/host/*.c))
TESTS_UNIT := $(patsubst tests/unit/%.c,$(TESTS_OUT)/%,$(wildcard tests/unit/u-*.c))
TESTS_FUZZ := $(patsubst tests/fuzz/%.c,$(TESTS_OUT)/%,$(wildcard tests/fuzz/f-*.c))
TESTS_TOOLS := $(addprefix $(TESTS_OUT)/,typist confine inject hostfspeer)
TESTS_CFLAGS_hostfspeer := -DUM_HOST_WORLD -Iarch-um/host

.PHONY: tests-build
tests-build: $(TESTS_HOST) $(TESTS_UNIT) $(TESTS_FUZZ) $(TESTS_TOOLS)
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
	$(Q)$(CC) $(HOST_CPPFLAGS) $(HOST_BASE_CFLAGS) $(TESTS_CFLAGS) $(TESTS_CFLAGS_$(@F)) \
		$(CFLAGS) -MMD -MP -MF $@.d -MT $@ $(HOST_LDFLAGS) -o $@ $(filter %.c,$^)

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

COVERAGE := -fsanitize-coverage=trace-pc

# Link the modules of umlab, under the sanitizers, from one library of all rooms below cli.
LABS_UNITS := agentflow agentlink check class clean compat conf files jsontext keeper labfile \
	labmap machine record session snapshot table timing txt unpack verb
LABS_CHECKED := $(patsubst labs/%.c,$(TESTS_OUT)/labs/%.o,$(filter-out %/image_rewrite.c,\
	$(wildcard $(patsubst %,labs/%/*.c,base link image machine lab check))))
LABS_CHECKED_FLAGS := -D_GNU_SOURCE -Ilabs $(SANITIZE)
LABS_CHECKED_LIBS := -ljansson -lyaml -lsmartcols -lm
# The fuzz targets need to know which code an input reaches. tests/lib/nocover.c serves the others.
$(TESTS_OUT)/labs/%.o: labs/%.c tests/tests.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TESTS_CFLAGS) $(LABS_CHECKED_FLAGS) $(COVERAGE) -MMD -MP -c -o $@ $<
-include $(LABS_CHECKED:.o=.d)
$(TESTS_OUT)/labs/liblabs.a: $(LABS_CHECKED)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^
$(foreach unit,$(LABS_UNITS),$(eval unit_$(unit) := tests/lib/nocover.c \
	$(TESTS_OUT)/labs/liblabs.a))
unit_compat := labs/cli/compat.c labs/cli/die.c $(unit_compat)
$(foreach unit,$(LABS_UNITS),$(eval unit_cflags_$(unit) := $(LABS_CHECKED_FLAGS)))
$(foreach unit,$(LABS_UNITS),$(eval unit_libs_$(unit) := $(LABS_CHECKED_LIBS)))

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

##### fuzz targets

# A target runs for a few seconds in `make check` (tests/fuzz/driver.c). fuzz_<target> lists its
# sources and archives, fuzz_ldflags_<target> its linker flags.
$(foreach target,link keeper session clean report checkfile tar,\
	$(eval fuzz_$(target) := $(TESTS_OUT)/labs/liblabs.a))
fuzz_agent_child := labs/guest/agent_child.c labs/guest/agent_account.c labs/link/agentlink.c
fuzz_ldflags_agent_child := -Wl,--wrap=fork,--wrap=kill

FUZZ_OUT := $(TESTS_OUT)/fuzz
FUZZ_FLAGS := $(LABS_CHECKED_FLAGS) -Itests/fuzz
FUZZ_COMPILE = $(CC) $(HOST_CPPFLAGS) $(HOST_BASE_CFLAGS) $(TESTS_CFLAGS) $(FUZZ_FLAGS)
fuzz_objects = $(patsubst %.c,$(FUZZ_OUT)/%.o,tests/fuzz/f-$(1).c $(filter %.c,$(fuzz_$(1))))

$(FUZZ_OUT)/labs/%.o: labs/%.c tests/tests.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_COMPILE) $(COVERAGE) $(CFLAGS) -MMD -MP -c -o $@ $<
$(FUZZ_OUT)/tests/fuzz/f-%.o: tests/fuzz/f-%.c tests/tests.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_COMPILE) $(COVERAGE) $(CFLAGS) -MMD -MP -c -o $@ $<
$(FUZZ_OUT)/driver-%.o: tests/fuzz/driver.c tests/tests.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_COMPILE) -fno-sanitize=all -DFUZZ_CORPUS='"tests/fuzz/corpus/$*"' $(CFLAGS) \
		-MMD -MP -c -o $@ $<

# fuzz_rules TARGET: the rules for one target, with our driver and with libFuzzer.
define fuzz_rules
$(TESTS_OUT)/f-$1: $$(call fuzz_objects,$1) $(FUZZ_OUT)/driver-$1.o $$(filter %.a,$$(fuzz_$1))
	$$(Q)$$(CC) $$(HOST_CFLAGS) $$(TESTS_CFLAGS) $$(FUZZ_FLAGS) $$(HOST_LDFLAGS) \
		$$(fuzz_ldflags_$1) -o $$@ $$^ $$(LABS_CHECKED_LIBS)

$(BUILD)/fuzz/f-$1: tests/fuzz/f-$1.c $$(filter-out %.a,$$(fuzz_$1)) \
		$$(if $$(filter %/liblabs.a,$$(fuzz_$1)),$(BUILD)/fuzz/liblabs.a)
	$$(Q)$$(LIBFUZZER) -fsanitize=fuzzer $$(fuzz_ldflags_$1) -o $$@ $$^ $$(LABS_CHECKED_LIBS)

-include $$(patsubst %.o,%.d,$$(call fuzz_objects,$1)) $(FUZZ_OUT)/driver-$1.d
endef
FUZZ_TARGETS := $(TESTS_FUZZ:$(TESTS_OUT)/f-%=%)
$(foreach target,$(FUZZ_TARGETS),$(eval $(call fuzz_rules,$(target))))

# `make fuzz` builds all targets with clang's libFuzzer into build/fuzz, for long runs:
#     build/fuzz/f-keeper -max_total_time=3600 /tmp/new tests/fuzz/corpus/keeper
LIBFUZZER = $(if $(filter %clang,$(CC)),$(CC),clang) -std=gnu11 -O1 -g $(TESTS_CFLAGS) \
	-Wno-unknown-warning-option -DLIBFUZZER $(FUZZ_FLAGS)
LIBFUZZER_OBJECTS := $(LABS_CHECKED:$(TESTS_OUT)/%=$(BUILD)/fuzz/%)
$(BUILD)/fuzz/labs/%.o: labs/%.c tests/tests.mk
	@mkdir -p $(@D)
	$(Q)$(LIBFUZZER) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
-include $(LIBFUZZER_OBJECTS:.o=.d)
$(BUILD)/fuzz/liblabs.a: $(LIBFUZZER_OBJECTS)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^
.PHONY: fuzz
fuzz: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/f-%)

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
