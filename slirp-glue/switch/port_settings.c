// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_settings.c - read and write the settings of a port as words: "down", "vlan=10", "loss=1%"
 *
 * Used by the command `link` of the running switch (switch_commands.c) and for the option port= of
 * `run switch`. A wrong word changes nothing: the words are first read into a copy of the settings
 * (struct wanted), which is applied as a whole. Called on the main thread of the switch.
 */
#include "switch/port_settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/words.h"
#include "switch/port.h"
#include "switch/switch.h"
#include "switch/vlan.h"

struct wanted {
	struct cable_settings cable;
	bool up, isolated, access;
	uint16_t vlan;
	bool has_trunk;			/* `allowed` and `allow_all` must be applied */
	bool allow_all;
	uint8_t allowed[VLAN_MAP_SIZE];
};

static int wanted_parse(struct wanted *wanted, const char *word)
{
	const char *value;
	unsigned long number;

	if (!strcmp(word, "up") || !strcmp(word, "down")) {
		wanted->up = !strcmp(word, "up");
		return 0;
	}
	if ((value = word_value(word, "isolated=")))
		return word_read_switch(value, &wanted->isolated);
	if ((value = word_value(word, "vlan=")) || (value = word_value(word, "native="))) {
		if (word_read_number(value, VLAN_MAX, &number))
			return -EINVAL;
		wanted->vlan = number;
		wanted->access = word[0] == 'v' && number;
		return 0;
	}
	if ((value = word_value(word, "trunk="))) {
		wanted->has_trunk = true;
		wanted->access = false;
		wanted->allow_all = !strcmp(value, "all");
		return vlan_map_parse(value, wanted->allowed);
	}
	return cable_parse(&wanted->cable, word);
}

static int wanted_apply(struct port *port, const struct wanted *wanted)
{
	uint8_t *allowed = NULL;

	if (wanted->has_trunk && !wanted->allow_all) {
		allowed = malloc(VLAN_MAP_SIZE);
		if (!allowed)
			return -ENOMEM;
		memcpy(allowed, wanted->allowed, VLAN_MAP_SIZE);
	}
	if (wanted->has_trunk) {
		free(port->allowed);
		port->allowed = allowed;
	}
	if (wanted->access != port->access || wanted->vlan != port->vlan || wanted->has_trunk)
		fdb_forget_port(the_switch.fdb, port->number);
	port->isolated = wanted->isolated;
	port->access = wanted->access;
	port->vlan = wanted->vlan;
	cable_set(&port->cable, &wanted->cable);
	if (wanted->up != port->up)
		port_set_up(port, wanted->up);
	return 0;
}

int port_settings_apply(struct port *port, char **words, int nr_words, char *error,
			size_t error_size)
{
	struct wanted wanted = {
		.cable = cable_settings(&port->cable),
		.up = port->up,
		.isolated = port->isolated,
		.access = port->access,
		.vlan = port->vlan,
	};

	for (int i = 0; i < nr_words; i++) {
		if (wanted_parse(&wanted, words[i])) {
			snprintf(error, error_size, "'%s' is not up, down, delay=, jitter=, loss=, "
				 "dup=, reorder=, rate=, in-rate=, vlan=, native=, trunk= or "
				 "isolated=, or its value is wrong; nothing was changed", words[i]);
			return -EINVAL;
		}
	}
	if (wanted_apply(port, &wanted)) {
		snprintf(error, error_size, "out of memory; nothing was changed");
		return -ENOMEM;
	}
	return 0;
}

void port_settings_describe(const struct port *port, char *text, size_t size)
{
	struct cable_settings settings = cable_settings(&port->cable);
	char native[20] = "", vlans[300], cable[300];

	if (port->vlan)
		snprintf(native, sizeof(native), port->access ? " vlan=%u" : " native=%u",
			 port->vlan);
	if (port->allowed)
		vlan_map_describe(port->allowed, vlans, sizeof(vlans));
	cable_describe(&settings, cable, sizeof(cable));
	snprintf(text, size, "%s%s%s%s%s%s", port->isolated ? " isolated=on" : "", native,
		 port->allowed && !port->access ? " trunk=" : "",
		 port->allowed && !port->access ? vlans : "", *cable ? " " : "", cable);
}
