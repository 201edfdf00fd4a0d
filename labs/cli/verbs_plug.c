// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_plug.c - lconfig and forward: interfaces and ports that come and go while a machine runs
 *
 * Both change the machine's settings and, where it runs, the machine: by umlab-net, which
 * speaks to the kernel's netctl socket and to the uplink. What the running machine refuses
 * is not written down.
 */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/labfile.h"
#include "lab/labnet.h"
#include "machine/machine.h"
#include "base/run.h"
#include "machine/session.h"
#include "base/where.h"

static void settings_save(const struct machine *machine)
{
	int error = machine_save(machine);

	if (error)
		die(STATUS_FAILED, _("cannot write %s: %s"), machine->dir, strerror(-error));
}

/* One line of "nic" becomes another; NULL removes it, and an @old that is not there is added. */
static void nic_replace(struct machine *machine, const char *old, const char *new)
{
	struct words nics = { 0 };
	const char *nic;
	bool done = false;

	for (int at = -1; (nic = conf_next(&machine->conf, "nic", &at));) {
		bool same = old && !strcmp(nic, old);

		if (!same || new)
			words_add(&nics, same ? new : nic);
		done |= same;
	}
	if (!done && new)
		words_add(&nics, new);
	conf_set(&machine->conf, "nic", NULL);
	for (int i = 0; i < nics.nr; i++)
		conf_add(&machine->conf, "nic", nics.at[i]);
	settings_save(machine);
}

static void net_or_die(const struct machine *machine, const char *const *command)
{
	char *reason;

	if (!command[0])
		die(STATUS_FAILED, _("umlab-net is not installed beside umlab: there are no networks"));
	if (run_quietly(command, &reason))
		die(STATUS_FAILED, "%s: %s", machine->name, reason);
}

/* ---- lconfig ----------------------------------------------------------------------- */

/* A command to the interfaces of a machine that runs. */
static void machine_tell(const struct machine *machine, const char *verb, const char *word)
{
	const char *command[] = { where_tool("umlab-net"), "machine", txt_printf("%s/netctl", machine->run_dir), verb, word, NULL };

	net_or_die(machine, command);
}

/* [N:]DOMAIN[/MAC]; without N the lowest that is free. */
static void interface_add(const struct verb_args *args, struct machine *machine, const char *word)
{
	char *domain, *nic, *output, *reason = NULL, *mac = NULL;
	const char *colon = strchr(word, ':'), *slash;
	long index = -1;

	if (colon && txt_int_parse(txt_copy_part(word, colon - word), 0, LAB_NIC_MAX - 1, &index))
		word = colon + 1;
	slash = strchr(word, '/');
	domain = slash ? txt_copy_part(word, slash - word) : txt_copy(word);
	if (slash && !(mac = lab_mac_normalize(slash + 1)))
		verb_die_usage(args->verb, _("\"%s\" is no MAC address"), slash + 1);
	if (!lab_name_valid(domain))
		verb_die_usage(args->verb, _("\"%s\" is no name of a collision domain"), domain);
	if (index >= 0 && labnet_nic_find(&machine->conf, index))
		die(STATUS_FAILED, _("%s has an eth%ld already"), machine->name, index);
	while (index < 0 || labnet_nic_find(&machine->conf, index))
		if (++index >= LAB_NIC_MAX)
			die(STATUS_FAILED, _("%s has %d interfaces, that is all there can be"), machine->name, LAB_NIC_MAX);
	if (!strcmp(domain, "slirp")) {
		nic = txt_printf("eth%ld=slirp", index);
	} else {
		char *path = labnet_path(machine->lab ? machine->lab : "-", domain);

		if (machine->lab)
			labnet_domain_note(machine->lab, domain);
		if (machine_runs(machine) && labnet_switch_start(path, &reason))
			die(STATUS_FAILED, "%s", reason);
		nic = txt_printf("eth%ld=switch:%s,port=%d%s%s", index, path, labnet_port_free(path), mac ? ",mac=" : "", mac ? mac : "");
	}
	if (machine_runs(machine)) {
		machine_tell(machine, "add", nic);
		/* Kathará's come up by themselves, so authors do not say it. */
		session_capture(machine, txt_printf("ip link set eth%ld up", index), 20, &output);
	}
	nic_replace(machine, NULL, nic);
	labnet_limits_apply(machine);
	printf("eth%ld\n", index);
}

/* By its domain or as ethN. */
static void interface_remove(struct machine *machine, const char *word)
{
	char *path = labnet_path(machine->lab ? machine->lab : "-", word), *name;
	const char *nic, *found = NULL;
	int port;

	for (int at = -1; !found && (nic = conf_next(&machine->conf, "nic", &at));) {
		char *on = labnet_nic_switch(nic, &port);

		if ((on && !strcmp(on, path)) || txt_starts(nic, txt_printf("%s=", word)))
			found = txt_copy(nic);
	}
	if (!found)
		die(STATUS_ABSENT, _("%s has no interface in %s"), machine->name, word);
	name = txt_copy_part(found, strcspn(found, "="));
	if (machine_runs(machine))
		machine_tell(machine, "remove", name);
	nic_replace(machine, found, NULL);
}

enum status verb_lconfig(struct verb_args *args)
{
	const struct words *added = verb_values(args, "add"), *removed = verb_values(args, "rm");
	const char *name = verb_value(args, "name");
	struct machine machine;

	verb_want_words(args, name ? 0 : 1, name ? 0 : 1);
	if (!added->nr && !removed->nr)
		verb_die_usage(args->verb, _("what? --add DOMAIN, --rm DOMAIN"));
	machine_find(&machine, name ? name : args->words.at[0], verb_value(args, "directory"));
	for (int i = 0; i < removed->nr; i++)
		interface_remove(&machine, removed->at[i]);
	for (int i = 0; i < added->nr; i++)
		interface_add(args, &machine, added->at[i]);
	return STATUS_OK;
}

/* ---- forward ----------------------------------------------------------------------- */

static const char *uplink_or_die(const struct machine *machine)
{
	const char *nic;

	for (int at = -1; (nic = conf_next(&machine->conf, "nic", &at));)
		if (strstr(nic, "=slirp"))
			return nic;
	die(STATUS_ABSENT, _("%s has no interface with a way to the internet; `umlab lconfig %s --add slirp` gives it one"),
	    machine->name, machine->id);
}

/* The uplink of a running machine, as umlab-net calls it: the first forty of its name, and the interface. */
static char *uplink_name(const struct machine *machine, const char *nic)
{
	char *umid = txt_printf("%s%s%s", machine->name, machine->lab ? "." : "", machine->lab ? machine->lab : "");

	return txt_printf("%.40s-%.*s", umid, (int)strcspn(nic, "="), nic);
}

/* Kathará's HOST:GUEST[/tcp|udp] becomes tcp:HOST-GUEST; anything else is umlab-net's matter. */
static char *forward_normalize(const char *word)
{
	char host[6], guest[6], protocol[4] = "tcp";
	int end = 0;

	if (sscanf(word, "%5[0-9]:%5[0-9]%n", host, guest, &end) == 2 &&
	    (!word[end] || (sscanf(word + end, "/%3[a-z]", protocol) == 1 && strlen(word + end) == 4)))
		return txt_printf("%s:%s-%s", protocol, host, guest);
	return txt_copy(word);
}

static void forward_tell(const struct machine *machine, const char *nic, const char *verb, const char *spec)
{
	const char *command[] = { where_tool("umlab-net"), "forward", verb, uplink_name(machine, nic), spec, NULL };

	net_or_die(machine, command);
}

static enum status forward_change(struct verb_args *args, bool add)
{
	struct machine machine;
	const char *nic;
	char *spec, *option;

	verb_want_words(args, 2, 2);
	machine_find(&machine, args->words.at[0], verb_value(args, "directory"));
	nic = txt_copy(uplink_or_die(&machine));
	spec = forward_normalize(args->words.at[1]);
	option = txt_printf("forward=%s", spec);
	if (machine_runs(&machine))
		forward_tell(&machine, nic, add ? "add" : "remove", spec);

	struct words parts = { 0 }, kept = { 0 };

	words_split(&parts, nic, ",");
	for (int i = 0; i < parts.nr; i++)
		if (strcmp(parts.at[i], option))
			words_add(&kept, parts.at[i]);
	if (add)
		words_add(&kept, option);
	else if (kept.nr == parts.nr && !machine_runs(&machine))
		die(STATUS_ABSENT, _("%s has no forward %s"), machine.name, spec);
	nic_replace(&machine, nic, words_join(&kept, ","));
	return STATUS_OK;
}

enum status verb_forward_add(struct verb_args *args)
{
	return forward_change(args, true);
}

enum status verb_forward_remove(struct verb_args *args)
{
	return forward_change(args, false);
}

enum status verb_forward_list(struct verb_args *args)
{
	struct words parts = { 0 };
	struct machine machine;
	const char *nic;

	verb_want_words(args, 1, 1);
	machine_find(&machine, args->words.at[0], verb_value(args, "directory"));
	nic = uplink_or_die(&machine);
	if (machine_runs(&machine)) {
		const char *command[] = { where_tool("umlab-net"), "forward", "list", uplink_name(&machine, nic), NULL };

		if (command[0])
			return run_here(command) ? STATUS_FAILED : STATUS_OK;
	}
	words_split(&parts, nic, ",");
	for (int i = 0; i < parts.nr; i++)
		if (txt_starts(parts.at[i], "forward="))
			puts(parts.at[i] + 8);
	return STATUS_OK;
}
