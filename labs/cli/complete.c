// SPDX-License-Identifier: GPL-2.0-only
/*
 * complete.c - offer names for TAB: machines, labs, images, snapshots, collision domains
 *
 * base/verb_complete.c calls umlab_complete() for the kinds of words that it does not know itself.
 * This file reads the names from the folders of machines, snapshots and images, without asking a
 * machine, so an answer takes milliseconds.
 */
#include "cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/where.h"
#include "image/image.h"
#include "lab/classfile.h"
#include "lab/labfile.h"
#include "machine/labdir.h"
#include "machine/machine.h"
#include "machine/snapshot.h"

/*
 * Offers the machines of the lab in the current folder by name, even if they do not exist yet, and
 * all other machines by id.
 */
static void machines_add(struct completion *completion)
{
	struct machines machines;
	struct lab lab = { 0 };

	if (file_exists("lab.conf") && lab_read(&lab, ".", false) >= 0)
		for (int i = 0; i < lab.nr_machines; i++)
			completion_add(completion, lab.machines[i].name);
	machine_list(&machines, NULL);
	for (int i = 0; i < machines.nr; i++)
		completion_add(completion, machines.at[i].id);
}

static void domains_add(struct completion *completion)
{
	struct lab lab = { 0 };
	struct words domains = { 0 };

	if (!file_exists("lab.conf") || lab_read(&lab, ".", false) < 0)
		return;
	lab_domains(&lab, &domains);
	for (int i = 0; i < domains.nr; i++)
		completion_add(completion, domains.at[i]);
}

static void images_add(struct completion *completion)
{
	struct image *images;
	int nr = image_list(&images);

	for (int i = 0; i < nr; i++)
		completion_add(completion, images[i].name);
}

static void snapshots_add(struct completion *completion, const char *name)
{
	struct snapshot *snapshots;
	struct machine machine;
	const char *id = file_exists("lab.conf") ? txt_printf("%s/%s", lab_id("."), name) : name;
	int nr;

	if (machine_open(&machine, id) && machine_open(&machine, name))
		return;
	nr = snapshot_list(&machine, &snapshots);
	for (int i = 0; i < nr; i++)
		completion_add(completion, snapshots[i].name);
}

static void nets_add(struct completion *completion)
{
	static const char *const nets[] = { "slirp", "none", "switch:", "vde:" };

	for (size_t i = 0; i < sizeof(nets) / sizeof(*nets); i++)
		completion_add(completion, nets[i]);
}

void umlab_complete(struct completion *completion, const char *kind)
{
	if (!strcmp(kind, "machine"))
		machines_add(completion);
	else if (!strcmp(kind, "snapshot") && completion->words.nr)
		snapshots_add(completion, completion->words.at[0]);
	else if (!strcmp(kind, "image"))
		images_add(completion);
	else if (!strcmp(kind, "domain"))
		domains_add(completion);
	else if (!strcmp(kind, "net"))
		nets_add(completion);
}
