# SPDX-License-Identifier: GPL-2.0-only
#
# slirp-glue.mk - build umlab-net, the switch and the uplinks (included by GNUmakefile)
#
# build/umlab-net                the command
# build/slirp-glue/umlab-net.1   its man page, made from the table of verbs
#
# The rooms are folders: switch and uplink use common, and cli uses all of them.

NET_OUT := $(BUILD)/slirp-glue
NET_MAN := $(NET_OUT)/umlab-net.1
# libvdeplug has no pkg-config file.
NET_PKGS := slirp glib-2.0 liburcu-memb liburcu-cds jansson
NET_CPPFLAGS := -D_GNU_SOURCE -DUM_HOST_WORLD -Iarch-um/include -Islirp-glue -Ilabs
NET_CFLAGS := -Wno-unused-parameter $(NET_SANITIZE)
NET_LIBS = $(call pkg_config,libs,$(NET_PKGS)) -lvdeplug -lpthread
NET_OBJECTS := $(patsubst slirp-glue/%.c,$(NET_OUT)/%.o,$(wildcard slirp-glue/*/*.c))

# The objects of the option parser, which labs.mk compiles.
include labs/base/program.mk
NET_PARSER := $(PROGRAM_SOURCES:labs/%.c=$(BUILD)/labs/obj/%.o)

.PHONY: net
net: $(BUILD)/umlab-net $(NET_MAN)

$(NET_OUT)/%.o: slirp-glue/%.c slirp-glue/slirp-glue.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(NET_CPPFLAGS) $(call pkg_config,cflags,$(NET_PKGS)) $(HOST_CPPFLAGS) \
		$(NET_CFLAGS) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/umlab-net: $(NET_OBJECTS) $(NET_PARSER)
	$(Q)$(CC) $(NET_SANITIZE) $(HOST_CFLAGS) $(HOST_LDFLAGS) -o $@.part $^ $(NET_LIBS)
	@mv $@.part $@
	@echo "net       $@"

$(NET_MAN): $(BUILD)/umlab-net
	$(Q)$< help --man > $@.part
	@mv $@.part $@

-include $(NET_OBJECTS:.o=.d)
