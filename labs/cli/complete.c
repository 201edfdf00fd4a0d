// SPDX-License-Identifier: GPL-2.0-only
/*
 * complete.c - what may stand where the user just pressed TAB
 *
 * The shells' functions (labs/completion/umlab) call `umlab complete WORD...`. Verbs and
 * options come from the table of verbs; names are read from the folders where machines,
 * snapshots and images lie, without asking a single machine: that takes milliseconds.
 */
#include "cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "lab/classfile.h"
#include "base/files.h"
#include "image/image.h"
#include "lab/labdir.h"
#include "lab/labfile.h"
#include "machine/machine.h"
#include "machine/snapshot.h"
#include "base/verb.h"
#include "base/where.h"

static const char *prefix;
static struct words shown;

static void candidate(const char *word)
{
	if (!txt_starts(word, prefix) || words_have(&shown, word))
		return;
	words_add(&shown, word);
	puts(word);
}

static void verbs_print(const char *group)
{
	for (int i = 0; verbs[i]; i++) {
		const char *name = verbs[i]->name, *blank = strchr(name, ' ');

		if (!verbs[i]->group)
			continue;
		if (!group)
			candidate(blank ? txt_copy_part(name, blank - name) : name);
		else if (blank && !strncmp(name, group, blank - name) && !group[blank - name])
			candidate(blank + 1);
	}
}

static void options_print(const struct verb *verb)
{
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		candidate(txt_printf(option->value && *option->value != '[' ? "--%s=" : "--%s", option->name));
	candidate("--help");
}

/* In a lab's folder its machines by their names, also those not made yet; the others by their ids. */
static void machines_print(void)
{
	struct machines machines;
	struct lab lab = { 0 };

	if (file_exists("lab.conf") && lab_read(&lab, ".", false) >= 0)
		for (int i = 0; i < lab.nr_machines; i++)
			candidate(lab.machines[i].name);
	machine_list(&machines, NULL);
	for (int i = 0; i < machines.nr; i++)
		candidate(machines.at[i].id);
}

static void domains_print(void)
{
	struct lab lab = { 0 };
	struct words domains = { 0 };

	if (!file_exists("lab.conf") || lab_read(&lab, ".", false) < 0)
		return;
	lab_domains(&lab, &domains);
	for (int i = 0; i < domains.nr; i++)
		candidate(domains.at[i]);
}

static void images_print(void)
{
	struct image *images;
	int nr = image_list(&images);

	for (int i = 0; i < nr; i++)
		candidate(images[i].name);
}

static void snapshots_print(const char *name)
{
	struct snapshot *snapshots;
	struct machine machine;
	int nr;

	if (machine_open(&machine, file_exists("lab.conf") ? txt_printf("%s/%s", lab_id("."), name) : name) && machine_open(&machine, name))
		return;
	nr = snapshot_list(&machine, &snapshots);
	for (int i = 0; i < nr; i++)
		candidate(snapshots[i].name);
}

static void kinds_print(const struct verb *verb, const struct words *before)
{
	struct words kinds = { 0 };

	words_split(&kinds, verb->completes ? verb->completes : "", " ");
	if (words_have(&kinds, "snapshot") && before->nr)
		snapshots_print(before->at[0]);
	else if (words_have(&kinds, "machine"))
		machines_print();
	if (words_have(&kinds, "image"))
		images_print();
	if (words_have(&kinds, "domain"))
		domains_print();
	if (words_have(&kinds, "verb"))
		verbs_print(NULL);
	if (words_have(&kinds, "file"))
		puts("files");
}

void complete_print(int nr, char **words)
{
	const struct verb *verb;
	struct words before = { 0 };
	int behind;

	prefix = nr ? words[nr - 1] : "";
	if (nr < 2) {
		verbs_print(NULL);
		return;
	}
	verb = verb_find(words[0], nr > 2 ? words[1] : NULL);
	if (!verb) {
		verbs_print(words[0]);
		return;
	}
	behind = strchr(verb->name, ' ') ? 2 : 1;
	for (int i = behind; i < nr - 1; i++)
		if (*words[i] != '-')
			words_add(&before, words[i]);
	if (*prefix == '-') {
		char *equal = strchr(prefix, '=');

		if (equal && txt_starts(prefix, "--image=")) {
			prefix = equal + 1;
			images_print();
		} else if (equal) {
			puts("files");
		} else {
			options_print(verb);
		}
		return;
	}
	/* The value of an option that stands alone. */
	if (!strcmp(words[nr - 2], "-i") || !strcmp(words[nr - 2], "--image") || !strcmp(words[nr - 2], "--from"))
		images_print();
	else
		kinds_print(verb, &before);
}
