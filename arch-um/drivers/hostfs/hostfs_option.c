// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_option.c - parse hostfs=/dir[,ro][,as=/name][:/dir...]...
 *
 * This parser reads strings and fills structs. kernel/boot/boot_options.c calls it
 * (asm/um_option.h) before memory can be allocated, to check the option and then to open the
 * folders, once and for all. hostfs.c parses the option again to learn their names.
 *
 * In a path or name, %XX stands for the character with that hexadecimal number. Blanks, colons,
 * commas and percent signs must be written that way.
 */
#include "hostfs_option.h"

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/string.h>
#include <asm/um_option.h>
#include <um/host.h>

/*
 * Copy the path of @size characters at @s to @to and decode it. Leave out slashes at the end.
 * Returns false if the path is not absolute, too long, or has a malformed or zero character.
 */
static bool path_decode(const char *s, size_t size, char to[HOSTFS_PATH_SIZE])
{
	size_t length = 0;
	int high, low;

	if (!size || *s != '/')
		return false;
	while (size && length < HOSTFS_PATH_SIZE - 1) {
		to[length] = *s;
		if (*s == '%') {
			high = size > 2 ? hex_to_bin(s[1]) : -1;
			low = size > 2 ? hex_to_bin(s[2]) : -1;
			if (high < 0 || low < 0 || !(high | low))
				return false;
			to[length] = high << 4 | low;
			s += 2;
			size -= 2;
		}
		s++;
		size--;
		length++;
	}
	while (length > 1 && to[length - 1] == '/')
		length--;
	to[length] = '\0';
	return !size;
}

/* Parse the first folder of the list at @s. Returns the rest, or NULL with the reason in *@why. */
static const char *parse_root(const char *s, struct hostfs_root *root, const char **why)
{
	size_t size = strcspn(s, ",:");

	root->read_only = false;
	*why = "folders need absolute paths of at most 511 characters, and %XX must be hexadecimal";
	if (!path_decode(s, size, root->path) || !path_decode(s, size, root->name))
		return NULL;
	s += size;
	while (*s == ',') {
		size = strcspn(++s, ",:");
		*why = "only ,ro or ,rw or ,as=/NAME and : may follow a folder";
		if (size == 2 && (!strncmp(s, "ro", 2) || !strncmp(s, "rw", 2)))
			root->read_only = s[1] == 'o';
		else if (strncmp(s, "as=", 3) || !path_decode(s + 3, size - 3, root->name))
			return NULL;
		s += size;
	}
	return *s ? s + 1 : s;
}

int hostfs_option_parse(const char *s, struct hostfs_root *root,
			int (*each)(const struct hostfs_root *root, void *context), void *context,
			const char **why)
{
	int nr = 0, error;

	do {
		s = parse_root(s, root, why);
		if (!s)
			return -EINVAL;
		if (nr == HOSTFS_ROOTS) {
			*why = "at most 16 folders";
			return -EINVAL;
		}
		error = each ? each(root, context) : 0;
		if (error)
			return error;
		nr++;
	} while (*s);
	return nr;
}

static struct hostfs_root scratch;	/* there is one caller at a time, at the start */

const char *hostfs_option_error(const char *value)
{
	const char *why = NULL;

	return hostfs_option_parse(value ? value : "", &scratch, NULL, NULL, &why) < 0 ? why :
		NULL;
}

int hostfs_check_option(const char *value)
{
	return hostfs_option_error(value) ? -EINVAL : 0;
}

static int root_add(const struct hostfs_root *root, void *context)
{
	return host_fs_root_add(root->path, root->name, root->read_only);
}

int hostfs_open_option(const char *value)
{
	const char *why;
	int nr = hostfs_option_parse(value, &scratch, root_add, NULL, &why);

	return nr < 0 ? nr : 0;
}
