// SPDX-License-Identifier: GPL-2.0-only
/*
 * scratch.h - make a scratch folder for a unit test, and remove it at the end
 *
 * scratch_make() also makes the folder the home of the umlab command, so the modules under test do
 * not find the user's own files.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch_path[64] = "/tmp/umlab-unit.XXXXXX";

static void scratch_remove(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", scratch_path);
	if (system(command))
		fprintf(stderr, "# cannot remove %s\n", scratch_path);
}

__attribute__((unused))
static void scratch_make(void)
{
	if (!mkdtemp(scratch_path) || chdir(scratch_path))
		exit(125);
	atexit(scratch_remove);
	setenv("UMLAB_HOME", scratch_path, 1);
	setenv("XDG_RUNTIME_DIR", scratch_path, 1);
}

/* Writes a file of @size bytes below the folder. */
__attribute__((unused))
static void scratch_write(const char *name, const void *data, size_t size)
{
	FILE *file = fopen(name, "w");

	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		exit(125);
}

__attribute__((unused))
static void scratch_write_text(const char *name, const char *text)
{
	scratch_write(name, text, strlen(text));
}

#endif
