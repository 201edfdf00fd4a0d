// SPDX-License-Identifier: GPL-2.0-only
/*
 * labnet.c - the networks of machines and labs
 *
 * A collision domain is a switch of umlab-net in hub mode: all frames reach all ports. It
 * lies in the runtime folder under a short name made from lab and domain. Its ports are
 * numbered by the lab's description, so link settings and captures can name a machine's
 * interface. Where umlab-net is not installed, machines have no networks, and a start says so.
 */
#include "lab/labnet.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "lab/labdir.h"
#include "base/run.h"
#include "base/tell.h"
#include "base/where.h"

void labnet_settings_apply(const struct verb_args *args, struct conf *conf)
{
	const struct words *nets = verb_values(args, "net");

	if (!nets->nr)
		return;
	conf_set(conf, "nic", NULL);
	for (int i = 0; i < nets->nr; i++)
		if (strcmp(nets->at[i], "none"))
			conf_add(conf, "nic", txt_printf("eth%d=%s", i, nets->at[i]));
}

int labnet_machine_start(struct machine *machine, char **reason)
{
	struct conf lab;

	const char *nic, *at_switch;
	int error = 0;

	/* Single machines: switches of ours that their interfaces name. */
	for (int at = -1; !machine->lab && !error && (nic = conf_next(&machine->conf, "nic", &at));) {
		at_switch = strstr(nic, "=switch:");
		if (at_switch && txt_starts(at_switch + 8, where_runtime()))
			error = labnet_switch_start(txt_copy_part(at_switch + 8, strcspn(at_switch + 8, ",")), reason);
	}
	if (!error && machine->lab && !lab_state_read(machine->lab, &lab)) {
		/* A single machine of a lab that was halted: its domains may be gone. */
		struct lab description = { 0 };

		if (lab_read(&description, conf_get(&lab, "dir"), false) >= 0)
			error = labnet_lab_start(&description, reason);
	}
	if (!error)
		labnet_limits_apply(machine);
	return error;
}

char *labnet_path(const char *lab, const char *domain)
{
	return txt_printf("%s/net/%012lx", where_runtime(), (unsigned long)(txt_hash(txt_printf("%s %s", lab, domain)) >> 16));
}

/* Numbered as the lab describes them, so names of interfaces lead to ports. */
static int port_of(const struct lab *lab, const char *domain, const char *machine, int index)
{
	int port = 1;

	for (int i = 0; i < lab->nr_machines; i++)
		for (int j = 0; j < lab->machines[i].nr_nics; j++) {
			const struct lab_nic *nic = &lab->machines[i].nics[j];

			if (!nic->domain || strcmp(nic->domain, domain))
				continue;
			if (!strcmp(lab->machines[i].name, machine) && nic->index == index)
				return port;
			port++;
		}
	return 0;
}

const char *labnet_nic_find(const struct conf *conf, int index)
{
	char *start = txt_printf("eth%d=", index);
	const char *nic;

	for (int at = -1; (nic = conf_next(conf, "nic", &at));)
		if (txt_starts(nic, start))
			return nic;
	return NULL;
}

char *labnet_nic_switch(const char *nic, int *port)
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

int labnet_port_free(const char *path)
{
	struct machines machines;
	const char *nic;
	int last = 0, port;

	machine_list(&machines, NULL);
	for (int i = 0; i < machines.nr; i++)
		for (int at = -1; (nic = conf_next(&machines.at[i].conf, "nic", &at));) {
			char *other = labnet_nic_switch(nic, &port);

			if (other && !strcmp(other, path) && port > last)
				last = port;
		}
	return last + 1;
}

/* "8m" of lab.conf is "8mbit" to umlab-net. @word: rate, or in-rate. */
static char *rate_setting(const char *word, const char *rate)
{
	char *setting = txt_printf("%s=%s", word, rate);

	for (char *at = setting; *at; at++)
		*at = tolower((unsigned char)*at);
	return isdigit((unsigned char)rate[strlen(rate) - 1]) ? setting : txt_printf("%sbit", setting);
}

char *labnet_nic_option(const struct conf *conf, const char *nic)
{
	const char *rate = conf_get(conf, "rate"), *kind = strchr(nic, '=');

	if (!rate || !kind || !txt_starts(kind, "=slirp"))
		return txt_copy(nic);
	return txt_printf("%s,%s,%s", nic, rate_setting("rate", rate), rate_setting("in-rate", rate));
}

void labnet_limits_apply(const struct machine *machine)
{
	const char *rate = conf_get(&machine->conf, "rate"), *tool = where_tool("umlab-net"), *nic;
	char *path, *reason;
	int port;

	for (int at = -1; rate && tool && (nic = conf_next(&machine->conf, "nic", &at));) {
		path = labnet_nic_switch(nic, &port);
		if (!path || !port)
			continue;
		const char *command[] = { tool, "link", "set", path, txt_printf("%d", port), rate_setting("rate", rate),
					  rate_setting("in-rate", rate), NULL };

		if (run_quietly(command, &reason))
			tell_warning(_("%s: the limit of %s is not set: %s"), machine->name, nic, reason);
	}
}

int labnet_domain_note(const char *lab, const char *domain)
{
	struct conf info = { 0 };
	const char *known;

	lab_state_read(lab, &info);
	for (int at = -1; (known = conf_next(&info, "domain", &at));)
		if (!strcmp(known, domain))
			return 0;
	conf_add(&info, "domain", domain);
	return conf_write(&info, txt_printf("%s/lab.info", lab_state_dir(lab)));
}

/* slirp's own network is the same for everybody: 10.0.2.0/24. */
static void uplink_add(struct conf *conf, int index)
{
	const char *value;
	struct words words = { 0 };

	words_addf(&words, "eth%d=slirp", index);
	for (int at = -1; (value = conf_next(conf, "port", &at));) {
		char host[8] = "3000", guest[8] = "", protocol[8] = "tcp";

		if (sscanf(value, "%7[0-9]:%7[0-9]/%7s", host, guest, protocol) < 2) {
			strcpy(host, "3000");
			sscanf(value, "%7[0-9]/%7s", guest, protocol);
		}
		words_addf(&words, "forward=%s:%s-%s", protocol, host, guest);
	}
	conf_add(conf, "nic", words_join(&words, ","));
	conf_add(conf, "address", txt_printf("eth%d 10.0.2.15/24 10.0.2.2 10.0.2.3", index));
}

int labnet_describe(const struct lab *lab, const struct lab_machine *from, struct machine *machine, char **reason)
{
	int last = -1;

	(void)reason;
	if (!where_tool("umlab-net"))
		return 0;
	for (int i = 0; i < from->nr_nics; i++) {
		const struct lab_nic *nic = &from->nics[i];

		last = nic->index;
		if (nic->tap) {
			/* The uplink's own address ends in .2; so does the host's side of most taps. */
			conf_add(&machine->conf, "nic", txt_printf("eth%d=slirp,net=%.*s.0/24", nic->index,
				(int)(strrchr(nic->tap_host, '.') ? strrchr(nic->tap_host, '.') - nic->tap_host : 0), nic->tap_host));
			conf_add(&machine->conf, "address", txt_printf("eth%d %s/24 %s", nic->index, nic->tap, nic->tap_host));
		} else if (nic->domain) {
			conf_add(&machine->conf, "nic", txt_printf("eth%d=switch:%s,port=%d%s%s", nic->index, labnet_path(machine->lab, nic->domain),
				port_of(lab, nic->domain, from->name, nic->index), nic->mac ? ",mac=" : "", nic->mac ? nic->mac : ""));
		}
	}
	if (lab_option_true(from, "bridged"))
		uplink_add(&machine->conf, last + 1);
	return 0;
}

/* In the background, in a session of its own; its words go to net.log. */
static int switch_start(const char *tool, const char *path, char **reason)
{
	char *log = txt_printf("%s.log", path);
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_RDWR), out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		setsid();
		dup2(null, 0);
		dup2(out >= 0 ? out : null, 1);
		dup2(out >= 0 ? out : null, 2);
		close_range(3, ~0u, 0);
		if (fork())
			_exit(0);
		execl(tool, "umlab-net", "run", "switch", path, "hub", NULL);
		_exit(127);
	}
	/* Until it answers: one that was killed leaves its socket. */
	for (int tries = 0; tries < 250; tries++) {
		int fd = fd_connect(txt_printf("%s/mgmt", path));

		if (fd >= 0) {
			close(fd);
			return 0;
		}
		usleep(20000);
	}
	*reason = txt_printf(_("a network does not start; its words are in %s"), log);
	return -EIO;
}

static bool switch_runs(const char *tool, const char *path)
{
	const char *command[] = { tool, "ports", path, NULL };

	return file_exists(path) && run_output(command);
}

int labnet_switch_start(const char *path, char **reason)
{
	const char *tool = where_tool("umlab-net");

	if (!tool) {
		*reason = txt_copy(_("umlab-net is not installed: there are no networks"));
		return -ENOENT;
	}
	dir_make(txt_printf("%s/net", where_runtime()), 0700);
	return switch_runs(tool, path) ? 0 : switch_start(tool, path, reason);
}

int labnet_lab_start(const struct lab *lab, char **reason)
{
	const char *tool = where_tool("umlab-net"), *id = lab_id(lab->dir);
	struct words domains = { 0 };
	struct conf info;
	const char *noted;
	int error = 0;

	lab_domains(lab, &domains);
	if (!tool) {
		if (domains.nr)
			tell_warning(_("umlab-net is not installed: the machines have no networks"));
		return 0;
	}
	if (!lab_state_read(id, &info))
		for (int at = -1; (noted = conf_next(&info, "domain", &at));)
			words_add(&domains, noted);
	for (int i = 0; i < domains.nr && !error; i++)
		error = labnet_switch_start(labnet_path(id, domains.at[i]), reason);
	return error;
}

void labnet_lab_stop(const char *id)
{
	const char *tool = where_tool("umlab-net");
	struct lab lab = { 0 };
	struct words domains = { 0 };
	struct conf info;
	const char *noted;
	char *reason;

	if (!tool || lab_state_read(id, &info))
		return;
	if (lab_read(&lab, conf_get(&info, "dir"), false) >= 0)
		lab_domains(&lab, &domains);
	for (int at = -1; (noted = conf_next(&info, "domain", &at));)
		words_add(&domains, noted);
	for (int i = 0; i < domains.nr; i++) {
		char *path = labnet_path(id, domains.at[i]);
		const char *command[] = { tool, "stop", path, NULL };

		if (file_exists(path))
			run_quietly(command, &reason);
		unlink(txt_printf("%s.log", path));
	}
}

void labnet_stop_all(void)
{
	const char *tool = where_tool("umlab-net"), *base = txt_printf("%s/net", where_runtime());
	DIR *dir = opendir(base);
	struct dirent *entry;
	char *reason;

	while (dir && tool && (entry = readdir(dir))) {
		const char *command[] = { tool, "stop", txt_printf("%s/%s", base, entry->d_name), NULL };

		if (*entry->d_name != '.' && !txt_ends(entry->d_name, ".log"))
			run_quietly(command, &reason);
	}
	if (dir)
		closedir(dir);
}
