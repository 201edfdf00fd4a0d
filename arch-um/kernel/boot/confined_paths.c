// SPDX-License-Identifier: GPL-2.0-only
/*
 * confined_paths.c - list the host files that the machine may write after it has confined itself
 *
 * boot_options.c calls confined_paths_allow() for each well-formed option of the port, early in
 * boot. The host side keeps these paths writable (host/process/confinement.c). A disk or socket
 * needs its whole folder: overlays, leases and replacements of stale sockets are created next to
 * the file.
 */
#include "confined_paths.h"

#include <linux/init.h>
#include <linux/string.h>
#include <um/host.h>

#define PATH_SIZE 512

static void __init path_allow(const char *path, size_t length)
{
	char copy[PATH_SIZE];

	if (length >= sizeof(copy))
		return host_confine_allow_any();
	memcpy(copy, path, length);
	copy[length] = '\0';
	host_confine_allow(copy, true);
}

static void __init folder_allow(const char *file, size_t length)
{
	while (length && file[length - 1] != '/')
		length--;
	if (length)
		path_allow(file, length);
	else
		path_allow(".", 1);
}

static void __init disk_allow(const char *value)
{
	char device[PATH_SIZE];
	size_t length = strcspn(value, ",");

	if (!strncmp(value, "/dev/", 5) && length < sizeof(device)) {
		memcpy(device, value, length);
		device[length] = '\0';
		host_confine_allow(device, false);
	} else {
		folder_allow(value, length);
	}
}

static void __init console_allow(const char *value)
{
	const char *path = strchr(value, ':');

	if (!strncmp(value, "file:", 5) || !strncmp(value, "unix:", 5))
		folder_allow(path + 1, strlen(path + 1));
}

void __init confined_paths_allow(const char *option, const char *value)
{
	if (!strcmp(option, "ubd"))
		disk_allow(value);
	else if (!strcmp(option, "con"))
		console_allow(value);
	else if (!strcmp(option, "netctl"))
		folder_allow(value, strlen(value));
	else if (!strcmp(option, "core"))
		folder_allow(value, strcspn(value, ","));
	else if (!strcmp(option, "diskctl"))
		host_confine_allow_any();
}
