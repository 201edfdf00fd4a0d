# SPDX-License-Identifier: GPL-2.0-only
#
# labs.mk - build the umlab command and the files that it needs (included by GNUmakefile)
#
# build/umlab               the command
# build/labs/agent.cpio     initial file system of every machine, with the agent as /init
# build/labs/guest/         scripts that run inside machines
# build/labs/locale/        translations, from labs/po
# build/labs/image-rewrite  a helper of image builds
# build/labs/{image,profiles,setup,gdb}  links to these folders of the source

LABS_OUT := $(BUILD)/labs
LABS_CPPFLAGS := -D_GNU_SOURCE -Ilabs
LABS_PKGS := jansson smartcols yaml-0.1

# The command's folders. A folder includes only those named before it (tests/t/t0110-rooms.sh).
LABS_ROOMS := base link image machine lab check cli
LABS_SOURCES := $(filter-out %/image_rewrite.c,$(wildcard $(LABS_ROOMS:%=labs/%/*.c)))
LABS_OBJECTS := $(patsubst labs/%.c,$(LABS_OUT)/obj/%.o,$(LABS_SOURCES))
AGENT_SOURCES := $(wildcard labs/guest/*.c) labs/link/agentlink.c
AGENT_OBJECTS := $(patsubst labs/%.c,$(LABS_OUT)/obj/%.o,$(AGENT_SOURCES))

LABS_LOCALES := $(patsubst labs/po/%.po,$(LABS_OUT)/locale/%/LC_MESSAGES/umlab.mo,\
	$(wildcard labs/po/*.po))

.PHONY: labs
labs: $(BUILD)/umlab $(LABS_OUT)/agent.cpio $(LABS_OUT)/guest/.done $(LABS_LOCALES)
labs: $(LABS_OUT)/image-rewrite $(addprefix $(LABS_OUT)/,image profiles setup gdb)

$(LABS_OUT)/obj/%.o: labs/%.c labs/labs.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LABS_CPPFLAGS) $(HOST_CPPFLAGS) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/umlab: $(LABS_OBJECTS)
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_LDFLAGS) -o $@.part $^ \
		$(call pkg_config,libs,$(LABS_PKGS)) -lm
	@mv $@.part $@
	@echo "labs      $@"

$(LABS_OUT)/image-rewrite: $(LABS_OUT)/obj/image/image_rewrite.o
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_LDFLAGS) -o $@.part $^ \
		$(call pkg_config,libs,ext2fs com_err)
	@mv $@.part $@

# Link the agent statically, because it runs in machines of any image.
$(LABS_OUT)/agent: $(AGENT_OBJECTS)
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_STATIC_LDFLAGS) -o $@.part $^
	@mv $@.part $@

-include $(LABS_OBJECTS:.o=.d) $(AGENT_OBJECTS:.o=.d) $(LABS_OUT)/obj/image/image_rewrite.d

$(LABS_OUT)/agent.cpio: $(LABS_OUT)/agent labs/setup/pack-cpio
	$(Q)labs/setup/pack-cpio $@ $<

$(LABS_OUT)/guest/.done: $(wildcard labs/guest/*.sh)
	@mkdir -p $(@D)
	@install -m 755 $^ $(@D)
	@touch $@

$(LABS_OUT)/locale/%/LC_MESSAGES/umlab.mo: labs/po/%.po | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)msgfmt --check-format --check-domain -o $@ $<

# Run `make labs-po` after messages have changed: it adds new messages to labs/po, untranslated.
.PHONY: labs-po
labs-po:
	$(Q)xgettext --keyword=_ --keyword=N_ --from-code=UTF-8 --no-location --sort-output \
		-o $(LABS_OUT)/umlab.pot $(LABS_SOURCES) $(wildcard labs/*/*.h)
	$(Q)for po in labs/po/*.po; do \
		msgmerge -q -U --backup=none --no-fuzzy-matching --no-location --no-wrap \
			$$po $(LABS_OUT)/umlab.pot && \
		sed -i '/^"POT-Creation-Date/d; /^"Report-Msgid-Bugs-To/d' $$po; done

# In build/labs the command finds recipes, scripts and gdb files; an installed command uses $(LIB).
$(addprefix $(LABS_OUT)/,image profiles setup gdb): $(LABS_OUT)/%:
	@mkdir -p $(@D)
	@ln -sfnr labs/$* $@

# The manual pages umlab(1) and umlab-VERB(1) are made from the command's table of verbs.
LABS_MAN := $(LABS_OUT)/man
.PHONY: labs-man
labs-man: $(BUILD)/umlab
	@rm -rf $(LABS_MAN) && mkdir -p $(LABS_MAN)
	$(Q)LC_ALL=C $< help --man >$(LABS_MAN)/umlab.1
	$(Q)$< help --names | while read -r verb; do \
		LC_ALL=C $< help --man $$verb >$(LABS_MAN)/umlab-$$(echo $$verb | tr ' ' -).1; done

.PHONY: install-labs
install-labs: labs labs-man $(BUILD)/headers.tar
	$(Q)$(INSTALL) -d $(BIN) $(LIB)/guest $(LIB)/setup $(SHARE)/man/man1 $(SHARE)/man/man5
	$(Q)$(INSTALL) -d $(SHARE)/man/man7 $(SHARE)/umlab/examples
	$(Q)$(INSTALL) -d $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions
	$(Q)$(INSTALL) -m 755 $(BUILD)/umlab $(BIN)/umlab
	$(Q)$(INSTALL) -m 755 $(LABS_OUT)/image-rewrite $(LIB)/
	$(Q)$(INSTALL_DATA) $(LABS_OUT)/agent.cpio $(BUILD)/headers.tar $(LIB)/
	$(Q)$(INSTALL) -m 755 labs/guest/*.sh $(LIB)/guest/
	$(Q)rm -rf $(addprefix $(LIB)/,image profiles setup gdb locale)
	$(Q)cp -r labs/image labs/profiles labs/gdb $(LABS_OUT)/locale $(LIB)/
	$(Q)rm -f $(LIB)/image/*.[ch]
	$(Q)$(INSTALL) -D -m 755 labs/setup/unprivileged.sh $(LIB)/setup/unprivileged.sh
	$(Q)chmod -R u=rwX,go=rX $(addprefix $(LIB)/,image profiles gdb locale)
	$(Q)$(INSTALL_DATA) $(LABS_MAN)/*.1 $(SHARE)/man/man1/
	$(Q)$(INSTALL_DATA) labs/doc/*.5 $(SHARE)/man/man5/
	$(Q)$(INSTALL_DATA) labs/doc/*.7 $(SHARE)/man/man7/
	$(Q)$(INSTALL_DATA) labs/completion/umlab labs/completion/umlab-linux \
		$(SHARE)/bash-completion/completions/
	$(Q)ln -sf umlab $(SHARE)/bash-completion/completions/umlab-disk
	$(Q)ln -sf umlab $(SHARE)/bash-completion/completions/umlab-net
	$(Q)$(INSTALL_DATA) labs/completion/_umlab $(SHARE)/zsh/site-functions/
	$(Q)cp -r labs/examples/. $(SHARE)/umlab/examples/
	$(Q)chmod -R u=rwX,go=rX $(SHARE)/umlab

# Pack the files that are needed to build kernel modules inside a machine.
$(BUILD)/headers.tar: $(BUILD)/linux labs/setup/headers.sh
	$(Q)CC='$(CC)' labs/setup/headers.sh $(BUILD) $@

$(BUILD)/images/dev.img: $(BUILD)/headers.tar

# Build images from the recipes in labs/profiles, with the script that builds the Debian image.
.PHONY: images
PROFILE_INPUTS := $(shell find labs/profiles -mindepth 2 -type f 2>/dev/null)
images: $(BUILD)/images/minimal.img $(BUILD)/images/base.img
$(BUILD)/images/%.img: labs/profiles/%.packages $(PROFILE_INPUTS) $(IMAGE_INPUTS) \
		$(BUILD)/linux $(LABS_OUT)/image-rewrite | $(PACKAGES) $(BUILD)/umlab-disk
	@labs/image/build.sh --packages $< --output $@ --kernel $(BUILD)/linux \
		--modules $(BUILD)/modules --headers $(BUILD)/headers.tar \
		--rewrite $(LABS_OUT)/image-rewrite --work $(BUILD)/image-$*
	@$(BUILD)/umlab-disk seal $@
	@touch $@
