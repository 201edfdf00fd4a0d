// SPDX-License-Identifier: GPL-2.0-only
/*
 * find.c - find the machine, image or lab that the user named, or end the program
 *
 * Called by the verbs, which cannot continue without the machine, image or lab. machine_find(),
 * image_find() and lab_read() return errors; this file prints the reason and exits.
 */
#include "cli/find.h"

#include <string.h>

#include "base/files.h"
#include "cli/die.h"
#include "machine/labdir.h"

void find_machine(struct machine *machine, const char *word, const char *lab_dir)
{
	char *reason;

	if (lab_dir && !file_exists(lab_dir))
		die(STATUS_ABSENT, _("%s: no such folder"), lab_dir);
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
		die(STATUS_ABSENT, _("%s: no such folder"), dir);
	return lab_id(dir ? dir : ".");
}

void find_lab(struct lab *lab, const char *dir, bool folders)
{
	int result;

	*lab = (struct lab) { 0 };
	dir = dir ? dir : ".";
	result = lab_read(lab, dir, folders);
	if (result < 0)
		die(STATUS_ABSENT, _("%s: no lab there: %s"), dir, strerror(-result));
}
