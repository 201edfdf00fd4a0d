# SPDX-License-Identifier: GPL-2.0-only
#
# labs.mk - build the umlab command and what it brings along (included by GNUmakefile)
#
# build/umlab            the command
# build/labs/agent.cpio  initial file system of every machine: the agent as /init
# build/labs/guest/      scripts that run inside guests
# build/labs/image/      recipes of images, as they are in the source

LABS_OUT := $(BUILD)/labs
LABS_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -D_GNU_SOURCE -Ilabs
LABS_LIBS := -ljansson -lsmartcols -lyaml -lm

LABS_SOURCES := $(wildcard labs/*.c)
LABS_OBJECTS := $(patsubst labs/%.c,$(LABS_OUT)/obj/%.o,$(LABS_SOURCES))
AGENT_SOURCES := $(wildcard labs/guest/*.c) labs/wirelink.c

.PHONY: labs
labs: $(BUILD)/umlab $(LABS_OUT)/agent.cpio $(LABS_OUT)/guest/.done $(LABS_OUT)/image $(LABS_OUT)/profiles $(LABS_OUT)/setup

$(BUILD)/umlab: $(LABS_OBJECTS)
	@echo "labs      $@"
	@$(CC) -o $@ $^ $(LABS_LIBS)

$(LABS_OUT)/obj/%.o: labs/%.c $(wildcard labs/*.h) | $(PACKAGES)
	@mkdir -p $(@D)
	@$(CC) $(LABS_CFLAGS) -c -o $@ $<

$(LABS_OUT)/agent: $(AGENT_SOURCES) $(wildcard labs/*.h labs/guest/*.h) | $(PACKAGES)
	@mkdir -p $(@D)
	@$(CC) $(LABS_CFLAGS) -static -o $@ $(AGENT_SOURCES)

$(LABS_OUT)/agent.cpio: $(LABS_OUT)/agent tests/pack-cpio
	@tests/pack-cpio $@ $<

$(LABS_OUT)/guest/.done: $(wildcard labs/guest/*.sh)
	@mkdir -p $(@D)
	@install -m 755 $^ $(@D)
	@touch $@

# Recipes and the scripts of image builds: as they are in the source.
$(LABS_OUT)/image $(LABS_OUT)/profiles $(LABS_OUT)/setup: $(LABS_OUT)/%:
	@mkdir -p $(@D)
	@ln -sfn ../../labs/$* $@
