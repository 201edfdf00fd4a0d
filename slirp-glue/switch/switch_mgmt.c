// SPDX-License-Identifier: GPL-2.0-only
/*
 * switch_mgmt.c - the commands for the running switch
 *
 * Each is a word and its arguments, from `umlab-net` or from anybody who writes to
 * FOLDER/mgmt. A command that sets several things at once sets all or none.
 */
#include "common/mgmt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "switch/capture.h"
#include "switch/stp.h"
#include "switch/switch.h"

typedef unsigned long long ull;

/* "on", "off"; -EINVAL for anything else. */
static int parse_switch(const char *text, bool *on)
{
	if (strcmp(text, "on") && strcmp(text, "off"))
		return -EINVAL;
	*on = !strcmp(text, "on");
	return 0;
}

static int parse_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	*number = strtoul(text, &end, 10);
	return *end || *number > max ? -EINVAL : 0;
}

/* A port by number, or by the name that its peer gave. */
static struct port *port_named(const char *text)
{
	unsigned long number;
	struct port *port = NULL;

	if (!parse_number(text, PORTS_MAX, &number)) {
		port = port_get(number);
	} else {
		while ((port = port_next(port)))
			if (!strcmp(port->name, text))
				break;
	}
	return port;
}

static int port_unknown(struct mgmt_reply *reply, const char *text)
{
	return mgmt_error(reply, "no port '%s': numbers are 1 to %d, names as `ports` shows them",
			  text, PORTS_MAX);
}

static void vlans_describe(const struct port *port, char *text, size_t size)
{
	size_t used = 0;
	int vlan, first;

	if (port->access) {
		snprintf(text, size, "vlan=%u", port->vlan);
		return;
	}
	text[0] = '\0';
	if (port->vlan)
		used = snprintf(text, size, "native=%u", port->vlan);
	if (!port->allowed)
		return;
	used += snprintf(text + used, size - used, "%strunk=", used ? " " : "");
	for (vlan = 1; vlan <= VLAN_MAX && used < size; vlan++) {
		if (!(port->allowed[vlan / 8] & 1 << vlan % 8))
			continue;
		for (first = vlan; vlan < VLAN_MAX &&
		     port->allowed[(vlan + 1) / 8] & 1 << (vlan + 1) % 8; vlan++)
			;
		used += snprintf(text + used, size - used, first == vlan ? "%s%d" : "%s%d-%d",
				 text[used - 1] == '=' ? "" : ",", first, vlan);
	}
}

static int show(struct mgmt_reply *reply, char **words, int nr_words)
{
	char tree[160] = "off";

	if (the_switch.stp)
		stp_describe(tree, sizeof(tree));
	mgmt_line(reply, "mode %s", the_switch.hub ? "hub" : "switch");
	mgmt_line(reply, "ports %u connected, %d at most", port_nr_active(), PORTS_MAX);
	mgmt_line(reply, "table %u of %u addresses, ageing after %u s, %llu refused",
		  fdb_count(the_switch.fdb), the_switch.fdb_max, the_switch.age,
		  (ull)fdb_refused(the_switch.fdb));
	mgmt_line(reply, "frames %llu forwarded, %llu flooded", (ull)the_switch.forwarded,
		  (ull)the_switch.flooded);
	mgmt_line(reply, "spanning-tree %s", tree);
	mgmt_line(reply, "captures %u", nr_captures);
	return 0;
}

static int ports(struct mgmt_reply *reply, char **words, int nr_words)
{
	struct port *port = NULL;
	char vlans[300], cable[200], arriving[200];

	while ((port = port_next(port))) {
		vlans_describe(port, vlans, sizeof(vlans));
		impair_describe(&port->impair.settings, cable, sizeof(cable));
		impair_describe(&port->arriving.settings, arriving, sizeof(arriving));
		mgmt_line(reply, "%u %s %s %s%s%s%s%s%s%s%s%s%s", port->number,
			  *port->name ? port->name : "-", port->kind ? port->kind->name : "free",
			  port->up ? "up" : "down", port->isolated ? " isolated=on" : "",
			  *vlans ? " " : "", vlans, *cable ? " " : "", cable,
			  *arriving ? " in-" : "", arriving,
			  the_switch.stp ? " " : "", the_switch.stp ? stp_state_name(port) : "");
	}
	return 0;
}

static int counters(struct mgmt_reply *reply, char **words, int nr_words)
{
	struct port *port = nr_words > 1 ? port_named(words[1]) : port_next(NULL);

	if (nr_words > 1 && !port)
		return port_unknown(reply, words[1]);
	for (; port; port = nr_words > 1 ? NULL : port_next(port)) {
		const struct port_counters *c = &port->counters;

		mgmt_line(reply, "%u rx_frames=%llu rx_bytes=%llu tx_frames=%llu tx_bytes=%llu "
			  "runts=%llu giants=%llu malformed=%llu foreign=%llu queue_full=%llu lost=%llu",
			  port->number, (ull)c->rx_frames, (ull)c->rx_bytes, (ull)c->tx_frames,
			  (ull)c->tx_bytes, (ull)c->runts, (ull)c->giants, (ull)c->malformed,
			  (ull)c->foreign, (ull)c->queue_full, (ull)c->lost);
	}
	return 0;
}

static void table_line(const struct fdb_entry *entry, void *arg)
{
	mgmt_line(arg, "%02x:%02x:%02x:%02x:%02x:%02x vlan=%u port=%u age=%u", entry->mac[0],
		  entry->mac[1], entry->mac[2], entry->mac[3], entry->mac[4], entry->mac[5],
		  entry->vlan, entry->port, entry->age);
}

static int table(struct mgmt_reply *reply, char **words, int nr_words)
{
	fdb_walk(the_switch.fdb, table_line, reply);
	return 0;
}

/* What `link` wants a port to be. */
struct wanted {
	struct impair_settings cable, arriving;
	bool up, isolated, access;
	uint16_t vlan;
	bool set_allowed, allow_all;
	uint8_t allowed[VLAN_MAP_SIZE];
};

static int wanted_parse(struct wanted *wanted, const char *word)
{
	unsigned long number;

	if (!strcmp(word, "up") || !strcmp(word, "down")) {
		wanted->up = !strcmp(word, "up");
		return 0;
	}
	if (!strncmp(word, "isolated=", 9))
		return parse_switch(word + 9, &wanted->isolated);
	if (!strncmp(word, "vlan=", 5) || !strncmp(word, "native=", 7)) {
		if (parse_number(strchr(word, '=') + 1, VLAN_MAX, &number))
			return -EINVAL;
		wanted->vlan = number;
		wanted->access = word[0] == 'v' && number;
		return 0;
	}
	if (!strncmp(word, "trunk=", 6)) {
		wanted->set_allowed = true;
		wanted->access = false;
		wanted->allow_all = !strcmp(word + 6, "all");
		return switch_parse_vlans(word + 6, wanted->allowed);
	}
	if (!strncmp(word, "in-rate=", 8))
		return impair_parse(&wanted->arriving, word + 3);
	return impair_parse(&wanted->cable, word);
}

static int wanted_apply(struct port *port, const struct wanted *wanted)
{
	uint8_t *allowed = NULL;

	if (wanted->set_allowed && !wanted->allow_all) {
		allowed = malloc(VLAN_MAP_SIZE);
		if (!allowed)
			return -ENOMEM;
		memcpy(allowed, wanted->allowed, VLAN_MAP_SIZE);
	}
	if (wanted->set_allowed) {
		free(port->allowed);
		port->allowed = allowed;
	}
	if (wanted->access != port->access || wanted->vlan != port->vlan || wanted->set_allowed)
		fdb_forget_port(the_switch.fdb, port->number);
	port->isolated = wanted->isolated;
	port->access = wanted->access;
	port->vlan = wanted->vlan;
	port->impair.settings = wanted->cable;
	port->arriving.settings = wanted->arriving;
	if (wanted->up != port->up)
		port_set_up(port, wanted->up);
	return 0;
}

int switch_link_set(char **words, int nr_words, char *error, size_t error_size)
{
	struct port *port = port_named(words[1]);
	struct wanted wanted;

	if (!port) {
		snprintf(error, error_size, "no such port: numbers are 1 to %d", PORTS_MAX);
		return -EINVAL;
	}
	wanted = (struct wanted) {
		.cable = port->impair.settings, .arriving = port->arriving.settings, .up = port->up, .isolated = port->isolated,
		.access = port->access, .vlan = port->vlan,
	};
	for (int i = 2; i < nr_words; i++) {
		if (wanted_parse(&wanted, words[i])) {
			snprintf(error, error_size, "'%s' is not up, down, delay=, jitter=, loss=, "
				 "dup=, reorder=, rate=, in-rate=, vlan=, native=, trunk= or isolated=, or its "
				 "value is wrong; nothing was changed", words[i]);
			return -EINVAL;
		}
	}
	if (wanted_apply(port, &wanted)) {
		snprintf(error, error_size, "no memory");
		return -ENOMEM;
	}
	return 0;
}

static int link_set(struct mgmt_reply *reply, char **words, int nr_words)
{
	char error[300];

	if (switch_link_set(words, nr_words, error, sizeof(error)))
		return mgmt_error(reply, "%s", error);
	return 0;
}

static int set(struct mgmt_reply *reply, char **words, int nr_words)
{
	for (int i = 1; i < nr_words; i++) {
		unsigned long number;
		bool on;

		if (!strncmp(words[i], "hub=", 4) && !parse_switch(words[i] + 4, &on)) {
			the_switch.hub = on;
			fdb_forget_port(the_switch.fdb, 0);
		} else if (!strncmp(words[i], "stp=", 4) && !parse_switch(words[i] + 4, &on)) {
			stp_set(on);
		} else if (!strncmp(words[i], "priority=", 9) &&
			   !parse_number(words[i] + 9, 65535, &number)) {
			stp_set_priority(number);
		} else if (!strncmp(words[i], "forward-delay=", 14) &&
			   !parse_number(words[i] + 14, 30, &number) && number >= 4) {
			stp_set_delay(number);
		} else if (!strncmp(words[i], "age=", 4) &&
			   !parse_number(words[i] + 4, 1000000, &number) && number) {
			the_switch.age = number;
			fdb_set_age(the_switch.fdb, number);
		} else {
			return mgmt_error(reply, "'%s' is not hub=on|off, stp=on|off, "
					  "priority=N, forward-delay=SECONDS (4 to 30) or "
					  "age=SECONDS", words[i]);
		}
	}
	return 0;
}

static int capture(struct mgmt_reply *reply, char **words, int nr_words)
{
	struct port *port = nr_words > 1 ? port_named(words[1]) : NULL;
	int fd;

	if (nr_words > 1 && !port)
		return port_unknown(reply, words[1]);
	fd = mgmt_take(reply);
	if (fd >= 0 && capture_add(fd, port ? port->number : 0))
		close(fd);
	return 0;
}

static int forget(struct mgmt_reply *reply, char **words, int nr_words)
{
	fdb_forget_port(the_switch.fdb, 0);
	return 0;
}

static int stop(struct mgmt_reply *reply, char **words, int nr_words)
{
	loop_stop(0);
	return 0;
}

static int help(struct mgmt_reply *reply, char **words, int nr_words)
{
	for (const struct mgmt_command *command = switch_commands; command->name; command++)
		mgmt_line(reply, "%s %s", command->name, command->usage);
	return 0;
}

const struct mgmt_command switch_commands[] = {
	{ "show", 0, 0, "", show },
	{ "ports", 0, 0, "", ports },
	{ "counters", 0, 1, "[PORT]", counters },
	{ "table", 0, 0, "", table },
	{ "forget", 0, 0, "", forget },
	{ "link", 2, 20, "PORT up|down|delay=|jitter=|loss=|dup=|reorder=|rate=|vlan=|native=|trunk=|"
	  "isolated= ...", link_set },
	{ "set", 1, 10, "hub=on|off|stp=on|off|priority=N|forward-delay=SECONDS|age=SECONDS ...", set },
	{ "capture", 0, 1, "[PORT]", capture },
	{ "stop", 0, 0, "", stop },
	{ "help", 0, 0, "", help },
	{ NULL, 0, 0, NULL, NULL },
};
