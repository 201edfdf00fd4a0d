# SPDX-License-Identifier: GPL-2.0-only
# slirp-glue.mk - builds umlab-net, the switch and the uplinks (included by GNUmakefile)

NET_OUT := $(BUILD)/slirp-glue
# libvdeplug has no pkg-config file.
NET_PKGS := slirp glib-2.0 liburcu-memb liburcu-cds
NET_CPPFLAGS := -D_GNU_SOURCE -DUM_HOST_WORLD -Iarch-um/include -Islirp-glue
NET_CFLAGS := -Wno-unused-parameter $(NET_SANITIZE)
NET_LIBS = $(call pkg_config,libs,$(NET_PKGS)) -lvdeplug -lpthread
NET_OBJECTS := $(patsubst slirp-glue/%.c,$(NET_OUT)/%.o,$(wildcard slirp-glue/*/*.c))

.PHONY: net
net: $(BUILD)/umlab-net

$(NET_OUT)/%.o: slirp-glue/%.c slirp-glue/slirp-glue.mk $(FLAGS) | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(NET_CPPFLAGS) $(call pkg_config,cflags,$(NET_PKGS)) $(HOST_CPPFLAGS) \
		$(NET_CFLAGS) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/umlab-net: $(NET_OBJECTS)
	$(Q)$(CC) $(NET_SANITIZE) $(HOST_CFLAGS) $(HOST_LDFLAGS) -o $@.part $^ $(NET_LIBS)
	@mv $@.part $@
	@echo "net       $@"

-include $(NET_OBJECTS:.o=.d)
