# SPDX-License-Identifier: GPL-2.0-only
#
# labs.mk - build the umlab command and what it brings along (included by GNUmakefile)
#
# build/umlab            the command
# build/labs/agent.cpio  initial file system of every machine: the agent as /init
# build/labs/guest/      scripts that run inside guests
# build/labs/locale/     messages in other languages, from labs/po
# build/labs/image-rewrite  used by image builds
# build/labs/image/      recipes of images, as they are in the source; build/labs/gdb/ likewise

LABS_OUT := $(BUILD)/labs
LABS_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -D_GNU_SOURCE -Ilabs
LABS_CFLAGS += -DUMLAB_VERSION='"$(VERSION)"'
LABS_LIBS := -ljansson -lsmartcols -lyaml -lm

# Rooms of the command; a room includes only those named before it (tests/t/t0110-rooms.sh).
LABS_ROOMS := base link image machine lab check cli
LABS_SOURCES := $(filter-out %/image_rewrite.c,$(wildcard $(LABS_ROOMS:%=labs/%/*.c)))
LABS_OBJECTS := $(patsubst labs/%.c,$(LABS_OUT)/obj/%.o,$(LABS_SOURCES))
AGENT_SOURCES := $(wildcard labs/guest/*.c) labs/link/wirelink.c

LABS_LOCALES := $(patsubst labs/po/%.po,$(LABS_OUT)/locale/%/LC_MESSAGES/umlab.mo,$(wildcard labs/po/*.po))

.PHONY: labs
labs: $(BUILD)/umlab $(LABS_OUT)/image-rewrite $(LABS_OUT)/agent.cpio $(LABS_OUT)/guest/.done $(LABS_LOCALES) $(LABS_OUT)/image $(LABS_OUT)/profiles $(LABS_OUT)/setup $(LABS_OUT)/gdb

$(BUILD)/umlab: $(LABS_OBJECTS)
	@echo "labs      $@"
	@$(CC) -o $@ $^ $(LABS_LIBS)

$(LABS_OUT)/obj/%.o: labs/%.c $(wildcard labs/*/*.h) | $(PACKAGES)
	@mkdir -p $(@D)
	@$(CC) $(LABS_CFLAGS) -c -o $@ $<

$(LABS_OUT)/image-rewrite: labs/image/image_rewrite.c | $(PACKAGES)
	@mkdir -p $(@D)
	@$(CC) $(LABS_CFLAGS) -o $@ $< -lext2fs -lcom_err

$(LABS_OUT)/agent: $(AGENT_SOURCES) $(wildcard labs/*/*.h) | $(PACKAGES)
	@mkdir -p $(@D)
	@$(CC) $(LABS_CFLAGS) -static -o $@ $(AGENT_SOURCES)

$(LABS_OUT)/agent.cpio: $(LABS_OUT)/agent labs/setup/pack-cpio
	@labs/setup/pack-cpio $@ $<

$(LABS_OUT)/guest/.done: $(wildcard labs/guest/*.sh)
	@mkdir -p $(@D)
	@install -m 755 $^ $(@D)
	@touch $@

$(LABS_OUT)/locale/%/LC_MESSAGES/umlab.mo: labs/po/%.po | $(PACKAGES)
	@mkdir -p $(@D)
	@msgfmt --check-format --check-domain -o $@ $<

# After messages have changed: marks what labs/po lacks (new ones are empty there).
.PHONY: labs-po
labs-po:
	@xgettext --keyword=_ --keyword=N_ --from-code=UTF-8 --no-location --sort-output -o $(LABS_OUT)/umlab.pot $(LABS_SOURCES)
	@for po in labs/po/*.po; do \
		msgmerge -q -U --backup=none --no-fuzzy-matching --no-location --no-wrap $$po $(LABS_OUT)/umlab.pot && \
		sed -i '/^"POT-Creation-Date/d; /^"Report-Msgid-Bugs-To/d' $$po; done

# Recipes and the scripts of image builds: as they are in the source.
$(LABS_OUT)/image $(LABS_OUT)/profiles $(LABS_OUT)/setup $(LABS_OUT)/gdb: $(LABS_OUT)/%:
	@mkdir -p $(@D)
	@ln -sfn ../../labs/$* $@

# umlab-VERB.1, from the table of verbs.
LABS_MAN := $(LABS_OUT)/man
.PHONY: labs-man
labs-man: $(BUILD)/umlab
	@rm -rf $(LABS_MAN) && mkdir -p $(LABS_MAN)
	@$< help --names | while read -r verb; do \
		$< help --man $$verb >$(LABS_MAN)/umlab-$$(echo $$verb | tr ' ' -).1; done

.PHONY: install-labs
install-labs: labs labs-man $(BUILD)/headers.tar
	install -d $(BIN) $(LIB)/guest $(SHARE)/man/man1 $(SHARE)/man/man5 $(SHARE)/man/man7 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions
	install -m 755 $(BUILD)/umlab $(BIN)/umlab
	install -m 644 $(LABS_OUT)/agent.cpio $(LIB)/agent.cpio
	install -m 755 labs/guest/*.sh $(LIB)/guest/
	install -m 755 $(LABS_OUT)/image-rewrite $(LIB)/
	rm -rf $(LIB)/image $(LIB)/profiles $(LIB)/setup $(LIB)/gdb
	install -m 644 $(BUILD)/headers.tar $(LIB)/
	cp -r labs/image labs/profiles labs/setup labs/gdb $(LIB)/
	rm -rf $(LIB)/locale && cp -r $(LABS_OUT)/locale $(LIB)/
	install -m 644 labs/doc/*.1 $(LABS_MAN)/*.1 $(SHARE)/man/man1/
	install -m 644 labs/doc/*.5 $(SHARE)/man/man5/
	install -m 644 labs/doc/*.7 $(SHARE)/man/man7/
	install -m 644 labs/completion/umlab labs/completion/umlab-linux $(SHARE)/bash-completion/completions/
	ln -sf umlab $(SHARE)/bash-completion/completions/umlab-disk
	ln -sf umlab $(SHARE)/bash-completion/completions/umlab-net
	install -m 644 labs/completion/_umlab $(SHARE)/zsh/site-functions/
	install -d $(SHARE)/umlab/examples && cp -r labs/examples/. $(SHARE)/umlab/examples/

# What modules are built with, inside.
$(BUILD)/headers.tar: $(BUILD)/linux labs/setup/headers.sh
	@labs/setup/headers.sh $(BUILD) $@

$(BUILD)/images/dev.img: $(BUILD)/headers.tar

# Images from the recipes of labs/profiles; they stand on what the Debian image's build does.
.PHONY: images
PROFILE_INPUTS := $(shell find labs/profiles -mindepth 2 -type f 2>/dev/null)
images: $(BUILD)/images/minimal.img $(BUILD)/images/base.img
$(BUILD)/images/%.img: labs/profiles/%.packages $(PROFILE_INPUTS) $(IMAGE_INPUTS) $(BUILD)/linux $(LABS_OUT)/image-rewrite | $(PACKAGES) $(BUILD)/umlab-disk
	@labs/image/build.sh --packages $< --output $@ --kernel $(BUILD)/linux --modules $(BUILD)/modules \
		--headers $(BUILD)/headers.tar --rewrite $(LABS_OUT)/image-rewrite --work $(BUILD)/image-$*
	@$(BUILD)/umlab-disk seal $@
	@touch $@
