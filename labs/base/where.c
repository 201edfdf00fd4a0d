// SPDX-License-Identifier: GPL-2.0-only
/*
 * where.c - where things are: the user's folders, and what was installed with the command
 *
 *   state     $XDG_STATE_HOME/umlab    machines/NAME, labs/ID/NAME: overlays, logs, snapshots
 *   images    $XDG_DATA_HOME/umlab/images
 *   config    $XDG_CONFIG_HOME/umlab/umlab.conf, before it /etc/umlab/umlab.conf
 *   runtime   $XDG_RUNTIME_DIR/umlab, else /tmp/umlab-UID: sockets
 * UMLAB_HOME puts the first three into one folder. In a checkout the command lies in
 * build/ and finds kernel and images beside itself; installed, in PREFIX/lib/umlab.
 */
#include "base/where.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"

static const char *home_dir(void)
{
	const char *home = getenv("HOME");

	if (!home || *home != '/')
		die(STATUS_FAILED, _("HOME names no folder; set it, or UMLAB_HOME"));
	return home;
}

static const char *user_dir(const char *xdg, const char *below_home, const char *part)
{
	const char *all = getenv("UMLAB_HOME"), *base = getenv(xdg);
	char *dir;
	int error;

	if (all && *all)
		dir = txt_printf("%s/%s", all, part);
	else if (base && *base == '/')
		dir = txt_printf("%s/umlab/%s", base, part);
	else
		dir = txt_printf("%s/%s/umlab/%s", home_dir(), below_home, part);
	error = dir_make(dir, 0700);
	if (error)
		die(STATUS_FAILED, _("cannot make the folder %s: %s"), dir, strerror(-error));
	return dir;
}

const char *where_state(void)
{
	static const char *dir;

	return dir ? dir : (dir = user_dir("XDG_STATE_HOME", ".local/state", "state"));
}

const char *where_images(void)
{
	static const char *dir;

	return dir ? dir : (dir = user_dir("XDG_DATA_HOME", ".local/share", "images"));
}

/* Paths of it go on command lines and into sockaddr_un. */
static bool runtime_fits(const char *base)
{
	if (!base || *base != '/' || strlen(base) > 60 || access(base, W_OK))
		return false;
	for (; *base; base++)
		if (!isalnum((unsigned char)*base) && !strchr("/._-+@", *base))
			return false;
	return true;
}

const char *where_runtime(void)
{
	static char *dir;
	const char *base = getenv("XDG_RUNTIME_DIR");
	struct stat status;

	if (dir)
		return dir;
	dir = runtime_fits(base) ? txt_printf("%s/umlab", base) : txt_printf("/tmp/umlab-%u", getuid());
	mkdir(dir, 0700);
	if (lstat(dir, &status) || !S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077))
		die(STATUS_FAILED, _("%s is not a folder that only this user can enter; remove it or set XDG_RUNTIME_DIR"), dir);
	return dir;
}

const char *where_self(void)
{
	static char path[PATH_MAX];

	if (!*path && readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		die(STATUS_FAILED, _("/proc is not mounted"));
	return path;
}

/* "" in a checkout, where everything lies beside the command, else PREFIX/lib/umlab. */
static const char *lib_dir(void)
{
	static const char *dir;
	char *self, *slash;

	if (dir)
		return dir;
	dir = getenv("UMLAB_LIB");
	if (dir && *dir)
		return dir;
	self = txt_copy(where_self());
	slash = strrchr(self, '/');
	*slash = '\0';
	if (file_exists(txt_printf("%s/labs/agent.cpio", self)))
		return dir = txt_printf("%s/labs", self);
	return dir = txt_printf("%s/../lib/umlab", self);
}

char *where_lib(const char *name)
{
	return txt_printf("%s/%s", lib_dir(), name);
}

static char *beside_self(const char *name)
{
	const char *self = where_self();

	return txt_printf("%.*s/%s", (int)(strrchr(self, '/') - self), self, name);
}

const char *where_kernel(void)
{
	const char *given = getenv("UMLAB_LINUX");
	char *path;

	if (given && *given)
		return given;
	path = beside_self("linux");
	if (file_exists(path))
		return path;
	path = beside_self("umlab-linux");
	if (!file_exists(path))
		die(STATUS_FAILED, _("there is no kernel at %s; `make kernel` builds it, UMLAB_LINUX names another"), path);
	return path;
}

const char *where_tool(const char *name)
{
	char *path = beside_self(name);

	return file_exists(path) ? path : NULL;
}

void where_image_folders(struct words *folders)
{
	const char *more = where_setting("images");
	char *build = beside_self("images");

	words_add(folders, where_images());
	if (more)
		words_split(folders, more, ":");
	if (file_exists(build))
		words_add(folders, build);
	words_add(folders, beside_self("../share/umlab/images"));
}

const char *where_setting(const char *name)
{
	static struct conf user, site;
	static bool read;
	char *variable = txt_printf("UMLAB_%s", name);
	const char *value, *config = getenv("XDG_CONFIG_HOME"), *all = getenv("UMLAB_HOME");

	for (char *at = variable; *at; at++)
		*at = toupper((unsigned char)*at);
	value = getenv(variable);
	free(variable);
	if (value && *value)
		return value;
	if (!read) {
		conf_read(&user, all && *all ? txt_printf("%s/umlab.conf", all) :
			  config && *config == '/' ? txt_printf("%s/umlab/umlab.conf", config) :
			  txt_printf("%s/.config/umlab/umlab.conf", home_dir()));
		conf_read(&site, "/etc/umlab/umlab.conf");
		read = true;
	}
	value = conf_get(&user, name);
	return value ? value : conf_get(&site, name);
}
