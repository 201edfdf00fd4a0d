# SPDX-License-Identifier: GPL-2.0-only
# bench.mk - build the measuring programs and run the comparison (included by GNUmakefile)

BENCH_OUT := $(BUILD)/bench
BENCH_CFLAGS := -Wno-missing-field-initializers
BENCH_CFLAGS_bench-net := -D_GNU_SOURCE
BENCH_CFLAGS_bench-switch := -D_GNU_SOURCE -DUM_HOST_WORLD -Iarch-um/include

.PHONY: bench bench-build
bench-build: tests-build $(BUILD)/umlab-disk $(BUILD)/umlab-net
bench-build: $(addprefix $(BENCH_OUT)/,bench-machine bench-switch)
bench-build: $(addprefix $(BENCH_OUT)/,bench.cpio job.cpio disk.cpio stops.cpio net.cpio)

# Measure labs, which need the images of labs/profiles.
.PHONY: bench-labs
bench-labs: $(BUILD)/linux labs images
	@tests/bench/bench-labs.sh

bench: $(BUILD)/linux $(IMAGE) bench-build
	@tests/bench/bench.sh $(if $(ROUNDS),--rounds $(ROUNDS))
	@tests/bench/bench-disk.sh $(if $(ROUNDS),--rounds $(ROUNDS))
	@tests/bench/bench-net.sh $(if $(ROUNDS),--rounds $(ROUNDS))
	@tests/bench/bench-gdb.sh $(if $(ROUNDS),--rounds $(ROUNDS))

##### programs

BENCH_HOST := $(addprefix $(BENCH_OUT)/,bench-machine bench-switch)
$(BENCH_HOST): $(BENCH_OUT)/%: tests/bench/%.c tests/bench/bench.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) $(BENCH_CFLAGS_$*) $(HOST_CPPFLAGS) $(HOST_CFLAGS) \
		-MMD -MP -MF $@.d -MT $@ $(HOST_LDFLAGS) -o $@ $<

# Programs that run in machines are static, so that the same code measures every kernel.
BENCH_GUEST := $(addprefix $(BENCH_OUT)/,bench-guest bench-exec bench-disk bench-net bench-stops)
BENCH_CFLAGS_bench-exec := -nostdlib -fno-stack-protector
$(BENCH_GUEST): $(BENCH_OUT)/%: tests/bench/%.c tests/bench/bench.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 $(WARNINGS) $(BENCH_CFLAGS) $(BENCH_CFLAGS_$*) -pthread \
		-MMD -MP -MF $@.d -MT $@ -static -s -o $@ $<

-include $(BENCH_HOST:=.d) $(BENCH_GUEST:=.d)

##### initial file systems

# pack_cpio INIT,PROGRAM: make an initramfs with INIT as /init, and perhaps a second program.
define pack_cpio
@rm -rf $@.tree && mkdir -p $@.tree/dev
@cp $1 $@.tree/init
$(if $2,@cp $2 $@.tree/)
$(Q)cd $@.tree && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 >../$(@F).part
@mv $@.part $@ && rm -rf $@.tree
endef

$(BENCH_OUT)/bench.cpio: $(BENCH_OUT)/bench-guest $(BENCH_OUT)/bench-exec
	$(call pack_cpio,$(BENCH_OUT)/bench-guest,$(BENCH_OUT)/bench-exec)

$(BENCH_OUT)/disk.cpio: $(BENCH_OUT)/bench-disk
	$(call pack_cpio,$<)

$(BENCH_OUT)/stops.cpio: $(BENCH_OUT)/bench-stops
	$(call pack_cpio,$<)

# Pack an initramfs with the host's compiler and all that it needs.
$(BENCH_OUT)/job.cpio: tests/bench/pack-job.sh $(BENCH_OUT)/bench-guest
	$(Q)$< $(BENCH_OUT)/bench-guest $(BENCH_OUT)

$(BENCH_OUT)/net.cpio: tests/lib/pack-net-cpio $(BENCH_OUT)/bench-net
	$(Q)tests/lib/pack-net-cpio $@ $(BENCH_OUT)/bench-net
