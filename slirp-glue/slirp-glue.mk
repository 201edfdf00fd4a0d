# SPDX-License-Identifier: GPL-2.0-only
# slirp-glue.mk - builds umlab-net, the switch and the uplinks (included by GNUmakefile)

NET_OUT := $(BUILD)/slirp-glue
NET_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -D_GNU_SOURCE -DUM_HOST_WORLD \
	-Iarch-um/include -Islirp-glue -I/usr/include/slirp -I/usr/include/glib-2.0 -I/usr/lib/$(shell $(CC) -print-multiarch)/glib-2.0/include $(NET_SANITIZE)
NET_LIBS := -lslirp -lglib-2.0 -lvdeplug -lurcu-memb -lurcu-cds -lurcu-common -lpthread
NET_OBJECTS := $(patsubst slirp-glue/%.c,$(NET_OUT)/%.o,$(wildcard slirp-glue/*/*.c))

.PHONY: net
net: $(BUILD)/umlab-net

$(NET_OUT)/%.o: slirp-glue/%.c slirp-glue/slirp-glue.mk | $(PACKAGES)
	@mkdir -p $(@D)
	@$(CC) $(NET_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/umlab-net: $(NET_OBJECTS)
	@$(CC) $(NET_CFLAGS) -o $@.part $^ $(NET_LIBS) && mv $@.part $@
	@echo "net       $@"

-include $(NET_OBJECTS:.o=.d)
