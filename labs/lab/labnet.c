// SPDX-License-Identifier: GPL-2.0-only
/*
 * labnet.c - make interfaces and collision domains from a lab's description
 *
 * Called by labmake.c when a lab starts, by the verbs that end labs, and by `umlab lconfig` when it
 * adds a domain. The ports of a switch are numbered in the order of the lab's description, so that
 * link settings and captures can name the interface of a machine. If umlab-net is not installed,
 * the start prints a message, and the machines have no networks.
 */
#include "lab/labnet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tell.h"
#include "base/where.h"
#include "machine/domain.h"
#include "machine/labdir.h"

/* ---- interfaces -------------------------------------------------------------------- */

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

/* Adds the uplink for bridged=true, in the network 10.0.2.0/24, as interface @index. */
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
	words_release(&words);
}

/* Adds an uplink for Netkit's tap. An uplink's address ends in .2, as HOST does in most taps. */
static void tap_add(struct conf *conf, const struct lab_nic *nic)
{
	const char *dot = strrchr(nic->tap_host, '.');
	int size = dot ? dot - nic->tap_host : 0;

	conf_add(conf, "nic",
		 txt_printf("eth%d=slirp,net=%.*s.0/24", nic->index, size, nic->tap_host));
	conf_add(conf, "address",
		 txt_printf("eth%d %s/24 %s", nic->index, nic->tap, nic->tap_host));
}

static char *port_line(const struct lab *lab, const struct machine *machine,
		       const struct lab_nic *nic)
{
	return txt_printf("eth%d=switch:%s,port=%d%s%s", nic->index,
			  domain_path(machine->lab, nic->domain),
			  port_of(lab, nic->domain, machine->name, nic->index),
			  nic->mac ? ",mac=" : "", nic->mac ? nic->mac : "");
}

void labnet_describe(const struct lab *lab, const struct lab_machine *from,
		     struct machine *machine)
{
	int last = -1;

	if (!where_tool("umlab-net"))
		return;
	for (int i = 0; i < from->nr_nics; i++) {
		const struct lab_nic *nic = &from->nics[i];

		last = nic->index;
		if (nic->tap)
			tap_add(&machine->conf, nic);
		else if (nic->domain)
			conf_add(&machine->conf, "nic", port_line(lab, machine, nic));
	}
	if (lab_option_true(from, "bridged"))
		uplink_add(&machine->conf, last + 1);
}

/* ---- collision domains ------------------------------------------------------------- */

/* Adds the domains that `lconfig` made. */
static void noted_add(const struct conf *info, struct words *domains)
{
	const char *noted;

	for (int at = -1; (noted = conf_next(info, "domain", &at));)
		if (!words_have(domains, noted))
			words_add(domains, noted);
}

int labnet_start(const struct lab *lab, char **reason)
{
	char *id = lab_id(lab->dir);
	struct words domains = { 0 };
	struct conf info;
	int error = 0;

	lab_domains(lab, &domains);
	if (!where_tool("umlab-net")) {
		if (domains.nr)
			tell_warning(_("umlab-net is not installed, "
				       "so the machines have no networks"));
		return 0;
	}
	if (!lab_state_read(id, &info))
		noted_add(&info, &domains);
	for (int i = 0; i < domains.nr && !error; i++)
		error = domain_start(domain_path(id, domains.at[i]), reason);
	words_release(&domains);
	return error;
}

void labnet_stop(const char *id)
{
	struct lab lab = { 0 };
	struct words domains = { 0 };
	struct conf info;

	if (lab_state_read(id, &info))
		return;
	if (lab_read(&lab, conf_get(&info, "dir"), false) >= 0)
		lab_domains(&lab, &domains);
	noted_add(&info, &domains);
	for (int i = 0; i < domains.nr; i++)
		domain_stop(domain_path(id, domains.at[i]));
	words_release(&domains);
	lab_release(&lab);
}

int labnet_domain_note(const char *id, const char *domain)
{
	struct conf info = { 0 };
	struct words known = { 0 };

	lab_state_read(id, &info);
	noted_add(&info, &known);
	if (words_have(&known, domain))
		return 0;
	conf_add(&info, "domain", domain);
	return conf_write(&info, txt_printf("%s/lab.info", lab_state_dir(id)));
}
