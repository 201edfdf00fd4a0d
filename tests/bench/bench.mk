# SPDX-License-Identifier: GPL-2.0-only
# bench.mk - builds the measuring programs and runs the comparison (included by GNUmakefile)

BENCH_OUT := $(BUILD)/bench

.PHONY: bench bench-build
bench-build: tests-build $(BENCH_OUT)/bench-machine $(BENCH_OUT)/bench.cpio $(BENCH_OUT)/job.cpio $(BENCH_OUT)/disk.cpio $(BUILD)/umlab-disk \
	$(BENCH_OUT)/stops.cpio $(BENCH_OUT)/net.cpio $(BENCH_OUT)/bench-switch $(BUILD)/umlab-net

# Labs by themselves: they need the images of labs/profiles.
.PHONY: bench-labs
bench-labs: $(BUILD)/linux labs images
	@tests/bench/bench-labs.sh

bench: $(BUILD)/linux $(IMAGE) bench-build
	@tests/bench/bench.sh $(if $(ROUNDS),--rounds $(ROUNDS))
	@tests/bench/bench-disk.sh $(if $(ROUNDS),--rounds $(ROUNDS))
	@tests/bench/bench-net.sh $(if $(ROUNDS),--rounds $(ROUNDS))
	@tests/bench/bench-gdb.sh $(if $(ROUNDS),--rounds $(ROUNDS))

$(BENCH_OUT)/bench-guest: tests/bench/bench-guest.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Wno-missing-field-initializers -pthread -static -s -o $@ $<

$(BENCH_OUT)/bench-machine: tests/bench/bench-machine.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Wno-missing-field-initializers -o $@ $<

$(BENCH_OUT)/bench-exec: tests/bench/bench-exec.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Wno-missing-field-initializers -static -nostdlib -fno-stack-protector -s -o $@ $<

$(BENCH_OUT)/bench.cpio: $(BENCH_OUT)/bench-guest $(BENCH_OUT)/bench-exec
	@rm -rf $@.tree && mkdir -p $@.tree
	@cp $(BENCH_OUT)/bench-guest $@.tree/init && cp $(BENCH_OUT)/bench-exec $@.tree/
	@cd $@.tree && printf '%s\n' . ./init ./bench-exec | cpio --quiet -o -H newc -R 0:0 >../$(@F).part
	@mv $@.part $@ && rm -rf $@.tree

# With the compiler of this host and what it needs.
$(BENCH_OUT)/job.cpio: tests/bench/pack-job.sh $(BENCH_OUT)/bench-guest
	@$< $(BENCH_OUT)/bench-guest $(BENCH_OUT)

$(BENCH_OUT)/bench-disk: tests/bench/bench-disk.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Wno-missing-field-initializers -static -s -o $@ $<

$(BENCH_OUT)/disk.cpio: $(BENCH_OUT)/bench-disk
	@rm -rf $@.tree && mkdir -p $@.tree/dev
	@cp $(BENCH_OUT)/bench-disk $@.tree/init
	@cd $@.tree && printf '%s\n' . ./init ./dev | cpio --quiet -o -H newc -R 0:0 >../$(@F).part
	@mv $@.part $@ && rm -rf $@.tree

$(BENCH_OUT)/bench-net: tests/bench/bench-net.c tests/bench/bench-tool.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -static -s -o $@ $<

$(BENCH_OUT)/bench-switch: tests/bench/bench-switch.c tests/bench/bench-tool.h arch-um/include/um/wire.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -DUM_HOST_WORLD -Iarch-um/include -O2 -Wall -Wextra -o $@ $<

$(BENCH_OUT)/net.cpio: tests/lib/pack-net-cpio $(BENCH_OUT)/bench-net
	tests/lib/pack-net-cpio $@ $(BENCH_OUT)/bench-net

$(BENCH_OUT)/bench-stops: tests/bench/bench-stops.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -static -s -o $@ $<

$(BENCH_OUT)/stops.cpio: $(BENCH_OUT)/bench-stops
	@rm -rf $@.tree && mkdir -p $@.tree/dev
	@cp $(BENCH_OUT)/bench-stops $@.tree/init
	@cd $@.tree && printf '%s\n' . ./init ./dev | cpio --quiet -o -H newc -R 0:0 >../$(@F).part
	@mv $@.part $@ && rm -rf $@.tree
