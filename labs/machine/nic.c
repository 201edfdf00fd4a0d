// SPDX-License-Identifier: GPL-2.0-only
/*
 * nic.c - handle a machine's network interfaces, the lines "nic=" of its machine.conf
 *
 * Called by machine_start.c, keeper_kernel.c, and the verbs that add and remove interfaces. Only
 * this file parses or completes such a line. umlab-net sets the limit rate= of a port in the
 * switch. The limit of an uplink is part of the kernel's option.
 */
#include "machine/nic.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/spawn.h"
#include "base/tell.h"
#include "base/where.h"
#include "machine/domain.h"

const char *nic_find(const struct conf *conf, int index)
{
	char *start = txt_printf("eth%d=", index);
	const char *nic;

	for (int at = -1; (nic = conf_next(conf, "nic", &at));)
		if (txt_starts(nic, start))
			break;
	free(start);
	return nic;
}

char *nic_switch(const char *nic, int *port)
{
	const char *at = nic ? strstr(nic, "=switch:") : NULL, *number;

	*port = 0;
	if (!at)
		return NULL;
	number = strstr(at, ",port=");
	if (number)
		*port = atoi(number + 6);
	return txt_copy_part(at + 8, strcspn(at + 8, ","));
}

int nic_port_free(const char *switch_path)
{
	struct machines machines;
	const char *nic;
	int last = 0, port;

	machine_list(&machines, NULL);
	for (int i = 0; i < machines.nr; i++)
		for (int at = -1; (nic = conf_next(&machines.at[i].conf, "nic", &at));) {
			char *other = nic_switch(nic, &port);

			if (other && !strcmp(other, switch_path) && port > last)
				last = port;
			free(other);
		}
	return last + 1;
}

/* Returns umlab-net's setting for a rate: "8m" in lab.conf is "8mbit". @word: rate, or in-rate. */
static char *rate_setting(const char *word, const char *rate)
{
	bool has_unit = !isdigit((unsigned char)rate[strlen(rate) - 1]);
	char *setting = txt_printf("%s=%s%s", word, rate, has_unit ? "bit" : "");

	for (char *at = setting; *at; at++)
		*at = tolower((unsigned char)*at);
	return setting;
}

char *nic_kernel_option(const struct conf *conf, const char *nic)
{
	const char *rate = conf_get(conf, "rate"), *kind = strchr(nic, '=');
	char *out, *in, *option;

	if (!rate || !kind || !txt_starts(kind, "=slirp"))
		return txt_copy(nic);
	out = rate_setting("rate", rate);
	in = rate_setting("in-rate", rate);
	option = txt_printf("%s,%s,%s", nic, out, in);
	free(out);
	free(in);
	return option;
}

void nic_limits_apply(const struct machine *machine)
{
	const char *rate = conf_get(&machine->conf, "rate"), *nic;
	const char *tool = rate ? where_tool("umlab-net") : NULL;
	char *path, *reason;
	int port;

	for (int at = -1; tool && (nic = conf_next(&machine->conf, "nic", &at));) {
		path = nic_switch(nic, &port);
		if (!path || !port)
			continue;
		const char *command[] = { tool, "link", "set", path, txt_printf("%d", port),
					  rate_setting("rate", rate), rate_setting("in-rate", rate),
					  NULL };

		if (spawn_quietly(command, &reason))
			tell_warning(_("%s: cannot set the rate limit of %s: %s"), machine->name,
				     nic, reason);
	}
}

int nic_switches_start(const struct machine *machine, char **reason)
{
	const char *nic;
	int error = 0, port;

	for (int at = -1; !error && (nic = conf_next(&machine->conf, "nic", &at));) {
		char *path = nic_switch(nic, &port);

		/* A switch outside the runtime folder is not ours: machines only connect to it. */
		if (path && txt_starts(path, where_runtime()))
			error = domain_start(path, reason);
		free(path);
	}
	if (!error)
		nic_limits_apply(machine);
	return error;
}
