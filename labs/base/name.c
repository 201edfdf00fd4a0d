// SPDX-License-Identifier: GPL-2.0-only
/*
 * name.c - check the names of machines, images, snapshots, collision domains, classes, students
 *
 * Called by the code that takes such a name from the command line, a lab file or a list of
 * students. Such code is in machine.c, labfile.c and the verbs.
 */
#include "base/name.h"

#include <ctype.h>
#include <string.h>

bool name_valid(const char *name)
{
	size_t length = strlen(name);

	if (!length || length > NAME_LENGTH_MAX || *name == '-' || *name == '.')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_.-", *name))
			return false;
	return true;
}
