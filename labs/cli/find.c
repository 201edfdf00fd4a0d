// SPDX-License-Identifier: GPL-2.0-only
/*
 * find.c - the machine, image or lab that a user named, or the end of the command
 *
 * The verbs cannot go on without them, so there is one place that prints why and exits.
 */
#include "cli/find.h"

#include "base/files.h"
#include "cli/die.h"
#include "machine/labdir.h"

void find_machine(struct machine *machine, const char *word, const char *lab_dir)
{
	char *reason;

	if (lab_dir && !file_exists(lab_dir))
		die(STATUS_ABSENT, _("there is no folder %s"), lab_dir);
	if (machine_find(machine, word, lab_dir, &reason))
		die(STATUS_ABSENT, "%s", reason);
}

void find_image(const char *name, struct image *image)
{
	char *reason;

	if (image_find(name, image, &reason))
		die(STATUS_ABSENT, "%s", reason);
}

char *find_lab_id(const char *dir)
{
	if (dir && !file_exists(dir))
		die(STATUS_ABSENT, _("there is no folder %s"), dir);
	return lab_id(dir ? dir : ".");
}
