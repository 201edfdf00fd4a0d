// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_plug.c - umlab lconfig and forward: change a machine's interfaces and forwarded ports
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. Both verbs change the
 * settings of the machine. If the machine runs, the verbs first change the running machine through
 * umlab-net, which speaks to the kernel's netctl socket and to the uplink. Settings that the
 * running machine refuses are not saved.
 */
#include "cli/verbs_plug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/name.h"
#include "base/spawn.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "lab/labfile.h"
#include "lab/labkeys.h"
#include "lab/labnet.h"
#include "machine/domain.h"
#include "machine/machine.h"
#include "machine/nic.h"
#include "machine/session.h"

static void settings_save(const struct machine *machine)
{
	int error = machine_save(machine);

	if (error)
		die(STATUS_FAILED, _("%s: cannot write: %s"), machine->dir, strerror(-error));
}

/* Replaces the "nic" line @old with @new. If @new is NULL, removes @old; if @old is, adds @new. */
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

/* Runs umlab-net. Ends the command if that fails. */
static void net_run(const struct machine *machine, const char *const *command)
{
	char *reason;

	if (!command[0])
		die(STATUS_FAILED,
		    _("umlab-net: not found; run 'make' or install the package umlab"));
	if (spawn_quietly(command, &reason))
		die(STATUS_FAILED, "%s: %s", machine->name, reason);
}

/* ---- lconfig ----------------------------------------------------------------------- */

/* Runs `umlab-net machine` to change the interfaces of a running machine. */
static void machine_tell(const struct machine *machine, const char *verb, const char *word)
{
	const char *command[] = {
		where_tool("umlab-net"), "machine", txt_printf("%s/netctl", machine->run_dir),
		verb, word, NULL
	};

	net_run(machine, command);
}

/* Adds an interface. @word: [N:]DOMAIN[/MAC]. N is by default the lowest free number. */
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
		die_usage(args, _("'%s' is not a MAC address"), slash + 1);
	if (!name_valid(domain))
		die_usage(args, _("'%s' is not a valid name of a collision domain"), domain);
	if (index >= 0 && nic_find(&machine->conf, index))
		die(STATUS_FAILED, _("%s: already has an eth%ld"), machine->name, index);
	while (index < 0 || nic_find(&machine->conf, index))
		if (++index >= LAB_NIC_MAX)
			die(STATUS_FAILED, _("%s: has all %d possible interfaces"), machine->name,
			    LAB_NIC_MAX);
	if (!strcmp(domain, "slirp")) {
		nic = txt_printf("eth%ld=slirp", index);
	} else {
		char *path = domain_path(machine->lab ? machine->lab : "-", domain);

		if (machine->lab)
			labnet_domain_note(machine->lab, domain);
		if (machine_runs(machine) && domain_start(path, &reason))
			die(STATUS_FAILED, "%s", reason);
		nic = txt_printf("eth%ld=switch:%s,port=%d%s%s", index, path, nic_port_free(path),
				 mac ? ",mac=" : "", mac ? mac : "");
	}
	if (machine_runs(machine)) {
		machine_tell(machine, "add", nic);
		/* Set the interface up: Kathará does so, and lab authors rely on it. */
		session_capture(machine, txt_printf("ip link set eth%ld up", index), 20, &output);
	}
	nic_replace(machine, NULL, nic);
	nic_limits_apply(machine);
	printf("eth%ld\n", index);
}

/* Removes the interface that @word names: by a collision domain, or as ethN. */
static void interface_remove(struct machine *machine, const char *word)
{
	char *path = domain_path(machine->lab ? machine->lab : "-", word), *name;
	const char *nic, *found = NULL;
	int port;

	for (int at = -1; !found && (nic = conf_next(&machine->conf, "nic", &at));) {
		char *on = nic_switch(nic, &port);

		if ((on && !strcmp(on, path)) || txt_starts(nic, txt_printf("%s=", word)))
			found = txt_copy(nic);
	}
	if (!found)
		die(STATUS_ABSENT, _("%s: no interface in %s"), machine->name, word);
	name = txt_copy_part(found, strcspn(found, "="));
	if (machine_runs(machine))
		machine_tell(machine, "remove", name);
	nic_replace(machine, found, NULL);
}

static enum status verb_lconfig(const struct verb_args *args)
{
	const struct words *added = verb_values(args, "add"), *removed = verb_values(args, "rm");
	const char *name = verb_value(args, "name");
	struct machine machine;

	if (args->words.nr != !name)
		die_usage(args, _("name one machine"));
	if (!added->nr && !removed->nr)
		die_usage(args, _("--add DOMAIN or --rm DOMAIN is required"));
	find_machine(&machine, name ? name : args->words.at[0], verb_value(args, "directory"));
	for (int i = 0; i < removed->nr; i++)
		interface_remove(&machine, removed->at[i]);
	for (int i = 0; i < added->nr; i++)
		interface_add(args, &machine, added->at[i]);
	return STATUS_OK;
}

/* ---- forward ----------------------------------------------------------------------- */

/* Returns the "nic" line of the uplink. Ends the command if there is none. */
static const char *uplink_find(const struct machine *machine)
{
	const char *nic;

	for (int at = -1; (nic = conf_next(&machine->conf, "nic", &at));)
		if (strstr(nic, "=slirp"))
			return nic;
	die(STATUS_ABSENT,
	    _("%s: no interface has internet access; 'umlab lconfig %s --add slirp' adds one"),
	    machine->name, machine->id);
}

/* Returns umlab-net's name for the uplink: the umid's first 40 letters, and the interface. */
static char *uplink_name(const struct machine *machine, const char *nic)
{
	char *umid = txt_printf("%s%s%s", machine->name, machine->lab ? "." : "",
				machine->lab ? machine->lab : "");

	return txt_printf("%.40s-%.*s", umid, (int)strcspn(nic, "="), nic);
}

/* Translates HOST:GUEST[/tcp|udp] to tcp:HOST-GUEST. umlab-net checks all other forms. */
static char *forward_normalize(const char *word)
{
	char host[6], guest[6], protocol[4] = "tcp";
	int end = 0;

	if (sscanf(word, "%5[0-9]:%5[0-9]%n", host, guest, &end) == 2 &&
	    (!word[end] ||
	     (sscanf(word + end, "/%3[a-z]", protocol) == 1 && strlen(word + end) == 4)))
		return txt_printf("%s:%s-%s", protocol, host, guest);
	return txt_copy(word);
}

static void forward_tell(const struct machine *machine, const char *nic, const char *verb,
			 const char *spec)
{
	const char *command[] = { where_tool("umlab-net"), "forward", verb,
				  uplink_name(machine, nic), spec, NULL };

	net_run(machine, command);
}

static enum status forward_change(const struct verb_args *args, bool add)
{
	struct machine machine;
	const char *nic;
	char *spec, *option;

	find_machine(&machine, args->words.at[0], verb_value(args, "directory"));
	nic = txt_copy(uplink_find(&machine));
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
		die(STATUS_ABSENT, _("%s: port %s is not forwarded"), machine.name, spec);
	nic_replace(&machine, nic, words_join(&kept, ","));
	return STATUS_OK;
}

static enum status verb_forward_add(const struct verb_args *args)
{
	return forward_change(args, true);
}

static enum status verb_forward_remove(const struct verb_args *args)
{
	return forward_change(args, false);
}

static enum status verb_forward_list(const struct verb_args *args)
{
	struct words parts = { 0 };
	struct machine machine;
	const char *nic;

	find_machine(&machine, args->words.at[0], verb_value(args, "directory"));
	nic = uplink_find(&machine);
	if (machine_runs(&machine)) {
		const char *command[] = { where_tool("umlab-net"), "forward", "list",
					  uplink_name(&machine, nic), NULL };

		if (command[0])
			return spawn_here(command) ? STATUS_FAILED : STATUS_OK;
	}
	words_split(&parts, nic, ",");
	for (int i = 0; i < parts.nr; i++)
		if (txt_starts(parts.at[i], "forward="))
			clean_printf(stdout, "%s\n", parts.at[i] + 8);
	return STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option lconfig_options[] = {
	OPTION_DIRECTORY,
	{ .letter = 'n', .name = "name", .value = "MACHINE", .kind = "machine",
	  .help = N_("Name the machine by an option, as Kathará does") },
	{ .name = "add", .value = "DOMAIN", .kind = "domain|=slirp",
	  .help = N_("Add an interface in this collision domain, or slirp for internet access; "
		     "N:DOMAIN/MAC sets its number and address") },
	{ .name = "rm", .value = "DOMAIN", .kind = "domain",
	  .help = N_("Remove the interface in this collision domain, or ethN") },
	{ 0 }
};

const struct verb lconfig_verb = {
	.name = "lconfig",
	.group = GROUP_NETWORKS,
	.usage = "[OPTION]... MACHINE",
	.summary = N_("Add or remove interfaces of a machine, even while it runs"),
	.help = N_("Prints the names of new interfaces. They last until the machine is removed."),
	.examples = "  umlab lconfig r1 --add B\n  umlab lconfig r1 --rm eth2",
	.options = lconfig_options,
	.words = "machine",
	.max_words = 1,
	.run = verb_lconfig,
};

static const struct verb_option forward_options[] = {
	OPTION_DIRECTORY,
	{ 0 }
};

const struct verb forward_list_verb = {
	.name = "forward list",
	.group = GROUP_NETWORKS,
	.usage = "[OPTION]... MACHINE",
	.summary = N_("List the host ports that are forwarded to a machine"),
	.options = forward_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_forward_list,
};

const struct verb forward_add_verb = {
	.name = "forward add",
	.group = GROUP_NETWORKS,
	.usage = "[OPTION]... MACHINE HOST:GUEST[/udp]",
	.summary = N_("Forward a host port to a machine"),
	.help = N_("Takes effect at once and at later starts. The forms of umlab-net(1) work as "
		   "well: tcp:ADDRESS:PORT-ADDRESS:PORT, unix:PATH-PORT."),
	.examples = "  umlab forward add pc1 8080:80",
	.options = forward_options,
	.words = "machine",
	.min_words = 2,
	.max_words = 2,
	.run = verb_forward_add,
};

const struct verb forward_remove_verb = {
	.name = "forward remove",
	.group = GROUP_NETWORKS,
	.usage = "[OPTION]... MACHINE HOST:GUEST[/udp]",
	.summary = N_("Remove the forwarding of a host port"),
	.options = forward_options,
	.words = "machine",
	.min_words = 2,
	.max_words = 2,
	.run = verb_forward_remove,
};
