// SPDX-License-Identifier: GPL-2.0-only
/*
 * switch_commands.c - carry out the commands of a running switch
 *
 * Commands come from umlab-net, or from any program that writes to the socket FOLDER/mgmt, and run
 * in the switch's event loop (mgmt.c). serve.c passes their table to mgmt.c.
 */
#include "switch/switch_commands.h"

#include <string.h>
#include <unistd.h>
#include "common/loop.h"
#include "common/words.h"
#include "switch/capture.h"
#include "switch/port_settings.h"
#include "switch/stp.h"
#include "switch/switch.h"

typedef unsigned long long ull;

struct port *switch_port_named(const char *text)
{
	struct port *port = NULL;
	unsigned long number;

	if (!word_read_number(text, PORTS_MAX, &number))
		return port_get(number);
	while ((port = port_next(port)))
		if (!strcmp(port->name, text))
			break;
	return port;
}

static int port_unknown(struct mgmt_reply *reply, const char *text)
{
	return mgmt_error(reply, "no port '%s': numbers are 1 to %d, names as `ports` shows them",
			  text, PORTS_MAX);
}

/* ---- looking --------------------------------------------------------------- */

static int do_show(struct mgmt_reply *reply, char **words, int nr_words)
{
	char tree[160] = "off";

	if (stp_is_on())
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

static int do_ports(struct mgmt_reply *reply, char **words, int nr_words)
{
	struct port *port = NULL;
	char settings[700];

	while ((port = port_next(port))) {
		const char *state = stp_is_on() ? stp_state_name(port) : "";

		port_settings_describe(port, settings, sizeof(settings));
		mgmt_line(reply, "%u %s %s %s%s%s%s", port->number, *port->name ? port->name : "-",
			  port->kind ? port->kind->name : "free", port->up ? "up" : "down",
			  settings, *state ? " " : "", state);
	}
	return 0;
}

static void counters_line(struct mgmt_reply *reply, const struct port *port)
{
	const struct port_counters *in = &port->counters;
	const struct sendq_counters *out = &port->out.counters;

	mgmt_line(reply, "%u rx_frames=%llu rx_bytes=%llu tx_frames=%llu tx_bytes=%llu runts=%llu "
		  "giants=%llu malformed=%llu foreign=%llu queue_full=%llu lost=%llu", port->number,
		  (ull)in->rx_frames, (ull)in->rx_bytes, (ull)out->tx_frames, (ull)out->tx_bytes,
		  (ull)in->runts, (ull)in->giants, (ull)in->malformed, (ull)in->foreign,
		  (ull)out->queue_full, (ull)in->lost);
}

static int do_counters(struct mgmt_reply *reply, char **words, int nr_words)
{
	struct port *port = NULL;

	if (nr_words == 1) {
		while ((port = port_next(port)))
			counters_line(reply, port);
		return 0;
	}
	port = switch_port_named(words[1]);
	if (!port)
		return port_unknown(reply, words[1]);
	counters_line(reply, port);
	return 0;
}

static void table_line(const struct fdb_entry *entry, void *arg)
{
	const uint8_t *mac = entry->mac;

	mgmt_line(arg, "%02x:%02x:%02x:%02x:%02x:%02x vlan=%u port=%u age=%u", mac[0], mac[1],
		  mac[2], mac[3], mac[4], mac[5], entry->vlan, entry->port, entry->age);
}

static int do_table(struct mgmt_reply *reply, char **words, int nr_words)
{
	fdb_walk(the_switch.fdb, table_line, reply);
	return 0;
}

static int do_capture(struct mgmt_reply *reply, char **words, int nr_words)
{
	struct port *port = nr_words > 1 ? switch_port_named(words[1]) : NULL;
	int fd;

	if (nr_words > 1 && !port)
		return port_unknown(reply, words[1]);
	fd = mgmt_take(reply);
	if (fd >= 0 && capture_add(fd, port ? port->number : 0))
		close(fd);
	return 0;
}

/* ---- changing -------------------------------------------------------------- */

static int do_forget(struct mgmt_reply *reply, char **words, int nr_words)
{
	switch_forget();
	return 0;
}

static int do_link(struct mgmt_reply *reply, char **words, int nr_words)
{
	struct port *port = switch_port_named(words[1]);
	char error[300];

	if (!port)
		return port_unknown(reply, words[1]);
	if (port_settings_apply(port, words + 2, nr_words - 2, error, sizeof(error)))
		return mgmt_error(reply, "%s", error);
	return 0;
}

/* Applies one setting of the whole switch. False: not a setting, or a wrong value. */
static bool set_word(const char *word)
{
	const char *value;
	unsigned long number;
	bool on;

	if ((value = word_value(word, "hub="))) {
		if (word_read_switch(value, &on))
			return false;
		switch_set_hub(on);
	} else if ((value = word_value(word, "stp="))) {
		if (word_read_switch(value, &on))
			return false;
		stp_set(on);
	} else if ((value = word_value(word, "priority="))) {
		if (word_read_number(value, UINT16_MAX, &number))
			return false;
		stp_set_priority(number);
	} else if ((value = word_value(word, "forward-delay="))) {
		if (word_read_number(value, 30, &number) || number < 4)
			return false;
		stp_set_delay(number);
	} else if ((value = word_value(word, "age="))) {
		if (word_read_number(value, 1000000, &number) || !number)
			return false;
		switch_set_age(number);
	} else {
		return false;
	}
	return true;
}

static int do_set(struct mgmt_reply *reply, char **words, int nr_words)
{
	for (int i = 1; i < nr_words; i++)
		if (!set_word(words[i]))
			return mgmt_error(reply, "'%s' is not hub=on|off, stp=on|off, "
					  "priority=N (0 to 65535), forward-delay=SECONDS (4 to "
					  "30) or age=SECONDS (1 to 1000000)", words[i]);
	return 0;
}

static int do_stop(struct mgmt_reply *reply, char **words, int nr_words)
{
	loop_stop(0);
	return 0;
}

const struct mgmt_command switch_commands[] = {
	{ .name = "show", .fn = do_show },
	{ .name = "ports", .fn = do_ports },
	{ .name = "counters", .max_words = 1, .usage = "[PORT]", .fn = do_counters },
	{ .name = "table", .fn = do_table },
	{ .name = "forget", .fn = do_forget },
	{
		.name = "link", .min_words = 2, .max_words = 20,
		.usage = "PORT up|down|delay=|jitter=|loss=|dup=|reorder=|rate=|in-rate=|vlan=|"
			 "native=|trunk=|isolated= ...",
		.fn = do_link,
	},
	{
		.name = "set", .min_words = 1, .max_words = 10,
		.usage = "hub=on|off|stp=on|off|priority=N|forward-delay=SECONDS|age=SECONDS ...",
		.fn = do_set,
	},
	{ .name = "capture", .max_words = 1, .usage = "[PORT]", .fn = do_capture },
	{ .name = "stop", .fn = do_stop },
	{ .name = "help", .fn = mgmt_help },
	{ 0 },
};
