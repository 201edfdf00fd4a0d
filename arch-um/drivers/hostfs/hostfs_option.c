// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_option.c - parse hostfs=/dir[,ro][:/dir[,ro]]...
 *
 * This parser reads strings and fills structs. kernel/boot/boot_options.c calls the parser
 * (asm/um_option.h) before memory can be allocated. hostfs.c parses the option again when it opens
 * the folders.
 */
#include "hostfs_option.h"

#include <linux/errno.h>
#include <linux/string.h>
#include <asm/um_option.h>

/* Parse the first folder of the list at @s. Returns the rest, or NULL with the reason in *@why. */
static const char *parse_root(const char *s, struct hostfs_root *root, const char **why)
{
	size_t size = strcspn(s, ",:");

	*root = (struct hostfs_root) { .path = s, .path_size = size, .fd = -1 };
	*why = "folders need absolute paths";
	if (*s != '/')
		return NULL;
	while (root->path_size && s[root->path_size - 1] == '/')
		root->path_size--;

	s += size;
	*why = "only ,ro or ,rw and : may follow a folder";
	if (*s == ',') {
		size = strcspn(++s, ":");
		if (size != 2 || (strncmp(s, "ro", 2) && strncmp(s, "rw", 2)))
			return NULL;
		root->read_only = s[1] == 'o';
		s += size;
	}
	return *s ? s + 1 : s;
}

int hostfs_option_parse(const char *s, struct hostfs_root *roots, const char **why)
{
	struct hostfs_root root;
	int nr = 0;

	do {
		s = parse_root(s, &root, why);
		if (!s)
			return -EINVAL;
		if (nr == HOSTFS_ROOTS) {
			*why = "at most 16 folders";
			return -EINVAL;
		}
		if (roots)
			roots[nr] = root;
		nr++;
	} while (*s);
	return nr;
}

const char *hostfs_option_error(const char *value)
{
	const char *why = NULL;

	return hostfs_option_parse(value ? value : "", NULL, &why) < 0 ? why : NULL;
}

int hostfs_check_option(const char *value)
{
	return hostfs_option_error(value) ? -EINVAL : 0;
}
