// SPDX-License-Identifier: GPL-2.0-only
/*
 * where.c - find the user's folders, and files that were installed with the command
 *
 * Called by code in all folders of labs/ that belong to the command, also in the keeper.
 *   state     $XDG_STATE_HOME/umlab/state    machines/NAME, labs/ID/NAME: overlays, logs,
 *             snapshots
 *   images    $XDG_DATA_HOME/umlab/images
 *   cache     $XDG_CACHE_HOME/umlab/cache; root's is /var/cache/umlab
 *   config    $XDG_CONFIG_HOME/umlab/umlab.conf, then /etc/umlab/umlab.conf
 *   runtime   $XDG_RUNTIME_DIR/umlab, else /tmp/umlab-UID: sockets. If another user has taken
 *             that name in /tmp, the folder run in the state folder
 * UMLAB_HOME puts the first four into one folder. In a checkout the command is in build/, next to
 * its files. An installed command finds its files in PREFIX/lib/umlab and PREFIX/share/umlab.
 */
#include "base/where.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"

static const char shared_cache[] = "/var/cache/umlab", shared_images[] = "/var/cache/umlab/images";
static const char self_link[] = "/proc/self/exe";

static const char *home_dir(void)
{
	const char *home = getenv("HOME");

	return home && *home == '/' ? home : NULL;
}

static char *user_dir(const char *xdg, const char *below_home, const char *part)
{
	const char *all = getenv("UMLAB_HOME"), *base = getenv(xdg), *home = home_dir();

	if (all && *all)
		return txt_printf("%s/%s", all, part);
	if (base && *base == '/')
		return txt_printf("%s/umlab/%s", base, part);
	return txt_printf("%s/%s/umlab/%s", home ? home : "", below_home, part);
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

const char *where_shared(void)
{
	const char *all = getenv("UMLAB_HOME");

	return geteuid() || (all && *all) ? NULL : shared_images;
}

const char *where_cache(void)
{
	static const char *dir;

	if (!dir)
		dir = where_shared() ? shared_cache : user_dir("XDG_CACHE_HOME", ".cache", "cache");
	return dir;
}

/*
 * Can @base hold the runtime folder? Its path becomes part of socket addresses and options. A user
 * who can write in @base could replace the folder: XDG_RUNTIME_DIR may be that of somebody else
 * after sudo.
 */
static bool runtime_fits(const char *base)
{
	struct stat status;

	if (!base || *base != '/' || strlen(base) > 60 || stat(base, &status) ||
	    status.st_uid != geteuid() || status.st_mode & 022)
		return false;
	for (; *base; base++)
		if (!isalnum((unsigned char)*base) && !strchr("/._-+@", *base))
			return false;
	return true;
}

/* Is @path a folder that only this user can enter? */
static bool folder_is_ours(const char *path)
{
	struct stat status;

	return !lstat(path, &status) && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
	       !(status.st_mode & 077);
}

/* Any user may have made the folder in /tmp before, or a link or a file of this name. */
static char *runtime_without_xdg(void)
{
	char *shared = txt_printf("/tmp/umlab-%u", geteuid());
	char *own = txt_printf("%s/run", where_state());
	struct stat status;

	/* Stay with the own folder once it was used, because machines may run there. */
	if (runtime_fits(where_state()) &&
	    (folder_is_ours(own) || (!lstat(shared, &status) && !folder_is_ours(shared)))) {
		free(shared);
		return own;
	}
	free(own);
	return shared;
}

const char *where_runtime(void)
{
	static char *dir;
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (!dir)
		dir = runtime_fits(base) ? txt_printf("%s/umlab", base) : runtime_without_xdg();
	return dir;
}

/*
 * Keeps other users out of the state folder, even if its parents and the umask would let them in.
 * A folder of another user is refused: its owner could lead root to other files by links.
 */
static bool state_is_ours(void)
{
	struct stat status;

	if (stat(where_state(), &status) || status.st_uid != geteuid())
		return false;
	return !(status.st_mode & 077) || !chmod(where_state(), 0700);
}

int where_folders_make(char **reason)
{
	const char *const folders[] = { where_state(), where_images() };

	if (access(self_link, F_OK)) {
		*reason = txt_copy(_("/proc is not mounted"));
		return -ENOENT;
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		int error = dir_make(folders[i], 0700);

		if (!error)
			continue;
		*reason = home_dir() ?
			  txt_printf(_("%s: cannot make this folder: %s"), folders[i],
				     strerror(-error)) :
			  txt_copy(_("HOME is not set; set it, or UMLAB_HOME"));
		return error;
	}
	if (!state_is_ours()) {
		*reason = txt_printf(_("%s: belongs to another user; set HOME or UMLAB_HOME"),
				     where_state());
		return -EPERM;
	}
	mkdir(where_runtime(), 0700);
	if (!folder_is_ours(where_runtime())) {
		*reason = txt_printf(_("%s: not a folder that only this user can enter; "
				       "remove it or set XDG_RUNTIME_DIR"), where_runtime());
		return -EPERM;
	}
	return 0;
}

const char *where_self(void)
{
	static char path[PATH_MAX];

	return *path || readlink(self_link, path, sizeof(path) - 1) > 0 ? path : self_link;
}

/* Returns $UMLAB_LIB if set, else labs/ next to the command (a checkout), else PREFIX/lib/umlab. */
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
	if (!file_exists(path)) {
		free(path);
		path = beside_self("umlab-linux");
	}
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
	words_add(folders, shared_images);
	words_add(folders, beside_self("../share/umlab/images"));
}

const char *where_setting(const char *name)
{
	static struct conf user, site;
	static bool read;
	char *variable = txt_printf("UMLAB_%s", name);
	const char *value, *config = getenv("XDG_CONFIG_HOME"), *all = getenv("UMLAB_HOME");
	const char *home = home_dir() ? home_dir() : "";

	for (char *at = variable; *at; at++)
		*at = toupper((unsigned char)*at);
	value = getenv(variable);
	free(variable);
	if (value && *value)
		return value;
	if (!read) {
		conf_read(&user, all && *all ? txt_printf("%s/umlab.conf", all) :
			  config && *config == '/' ? txt_printf("%s/umlab/umlab.conf", config) :
			  txt_printf("%s/.config/umlab/umlab.conf", home));
		conf_read(&site, "/etc/umlab/umlab.conf");
		read = true;
	}
	value = conf_get(&user, name);
	return value ? value : conf_get(&site, name);
}
