// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine_import.c - make a machine of a file that export wrote, perhaps on another user's host
 *
 * Called by `umlab import`. The file comes from a stranger. A child process unpacks it into a new
 * folder, confined to that folder (base/unpack.c), and only these files are taken: machine.conf,
 * disk.cow or disk.img, and the snapshots. The settings are copied one by one, each after a check:
 * settings that name files of the host, kernel options and networks would give the guest what the
 * user never allowed. The header of a layer may name any file as its base; cow/ decides what it
 * may read. Finally the folder is renamed to the machine's name.
 */
#include "machine/machine_import.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/name.h"
#include "base/tell.h"
#include "base/unpack.h"
#include "base/where.h"

enum { ENTRIES_MAX = 4096, CONF_SIZE_MAX = 1 << 20 };

#define STORED_MAX (1ull << 40)		/* bytes in all files, without holes */

/* ---- settings ------------------------------------------------------------------------ */

static bool is_size(const char *value)
{
	uint64_t size;

	return txt_size_parse(value, 1 << 20, &size) && !strpbrk(value, " ,\t");
}

static bool is_number(const char *value)
{
	return *value && strspn(value, "0123456789.") == strlen(value) && strlen(value) < 16;
}

static bool is_bool(const char *value)
{
	bool truth;

	return txt_bool_parse(value, &truth);
}

/* Text that only the guest uses. */
static bool is_text(const char *value)
{
	char *clean = clean_text(value, CLEAN_ONE_LINE);
	bool same = !strcmp(clean, value);

	free(clean);
	return same;
}

/* A rate becomes part of an option, in which commas separate settings. */
static bool is_rate(const char *value)
{
	for (const char *at = value; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '.')
			return false;
	return *value && strlen(value) < 16;
}

/* Only an uplink of its own, without forwarding or further rights. */
static bool is_nic(const char *value)
{
	size_t digits = txt_starts(value, "eth") ? strspn(value + 3, "0123456789") : 0;

	return digits && digits < 3 && !strcmp(value + 3 + digits, "=slirp");
}

static const struct {
	const char *key;
	bool (*valid)(const char *value);
} settings[] = {
	{ "image", name_valid },
	{ "snapshot", name_valid },
	{ "dialect", name_valid },
	{ "mem", is_size },
	{ "disk", is_size },
	{ "cpus", is_number },
	{ "ipv6", is_bool },
	{ "bridged", is_bool },
	{ "rate", is_rate },
	{ "nic", is_nic },
	{ "init", is_text },
	{ "shell", is_text },
	{ "env", is_text },
	{ "exec", is_text },
	{ "sysctl", is_text },
	{ "ulimit", is_text },
	{ "address", is_text },
};

void machine_import_settings(const struct conf *from, struct conf *to, struct words *dropped)
{
	for (int i = 0; i < from->keys.nr; i++) {
		const char *key = from->keys.at[i], *value = from->values.at[i];
		bool kept = false;
		char *line;

		for (size_t j = 0; j < sizeof(settings) / sizeof(*settings) && !kept; j++)
			kept = !strcmp(settings[j].key, key) && settings[j].valid(value);
		if (kept) {
			conf_add(to, key, value);
			continue;
		}
		/* The path of the image differs from host to host. */
		if (!strcmp(key, "base"))
			continue;
		line = txt_printf("%.40s=%.200s", key, value);
		words_add(dropped, clean_text(line, CLEAN_ONE_LINE));
		free(line);
	}
}

/* ---- files --------------------------------------------------------------------------- */

/* Is @name NAME.conf or NAME.disk with a valid name? */
static bool is_snapshot(const char *name)
{
	char *copy = txt_copy(name), *dot = strrchr(copy, '.');
	bool valid = dot && (!strcmp(dot, ".conf") || !strcmp(dot, ".disk"));

	if (valid) {
		*dot = '\0';
		valid = name_valid(copy);
	}
	free(copy);
	return valid;
}

static bool is_wanted(const char *path)
{
	static const char *const names[] = { "machine.conf", "disk.cow", "disk.img", "snapshots" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(path, names[i]))
			return true;
	return txt_starts(path, "snapshots/") && !strchr(path + 10, '/') && is_snapshot(path + 10);
}

/* Is @path a regular file, or missing? */
static bool is_regular(const char *path)
{
	struct stat status;

	return lstat(path, &status) ? errno == ENOENT : S_ISREG(status.st_mode);
}

static int conf_take(const char *path, struct conf *conf)
{
	struct stat status;

	if (lstat(path, &status) || !S_ISREG(status.st_mode) || status.st_size > CONF_SIZE_MAX)
		return -EINVAL;
	return conf_read(conf, path);
}

/* Writes the description of a snapshot again, with only the known and valid settings. */
static void snapshot_clean(const char *path)
{
	struct conf from = { 0 }, to = { 0 };
	const char *value;

	if (!conf_take(path, &from)) {
		value = conf_get(&from, "parent");
		if (value && name_valid(value))
			conf_add(&to, "parent", value);
		value = conf_get(&from, "when");
		if (value && is_number(value))
			conf_add(&to, "when", value);
		value = conf_get(&from, "about");
		if (value)
			conf_add(&to, "about", clean_text(value, CLEAN_ONE_LINE));
	}
	conf_write(&to, path);
}

/* Cleans the snapshots in the folder @dir. False: it has something other than files. */
static bool snapshots_clean(const char *dir)
{
	DIR *open = opendir(dir);
	struct dirent *entry;
	bool good = true;

	while (open && good && (entry = readdir(open))) {
		char *path = txt_printf("%s/%s", dir, entry->d_name);

		if (*entry->d_name != '.') {
			good = is_regular(path);
			if (good && txt_ends(path, ".conf"))
				snapshot_clean(path);
		}
		free(path);
	}
	if (open)
		closedir(open);
	return good;
}

/* Checks the unpacked files in the folder @dir, and writes the settings that are kept. */
static int files_check(const char *dir, struct conf *conf, struct words *dropped)
{
	char *path = txt_printf("%s/machine.conf", dir), *snapshots;
	struct conf from;
	int error = conf_take(path, &from);

	if (!error) {
		machine_import_settings(&from, conf, dropped);
		error = conf_write(conf, path);
	}
	snapshots = txt_printf("%s/snapshots", dir);
	if (!error && (!is_regular(txt_printf("%s/disk.cow", dir)) ||
		       !is_regular(txt_printf("%s/disk.img", dir)) || !snapshots_clean(snapshots)))
		error = -EINVAL;
	free(path);
	free(snapshots);
	return error;
}

/* ---- the archive ------------------------------------------------------------------------ */

/* If the file is compressed, starts zstd and returns a pipe with the archive. Takes over @fd. */
static int archive_open(int fd, pid_t *pid)
{
	static const unsigned char zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	unsigned char magic[sizeof(zstd)];
	int ends[2];

	*pid = 0;
	if (pread(fd, magic, sizeof(magic), 0) != sizeof(magic) ||
	    memcmp(magic, zstd, sizeof(zstd)))
		return fd;
	if (pipe2(ends, O_CLOEXEC)) {
		close(fd);
		return -errno;
	}
	fflush(NULL);
	*pid = fork();
	if (!*pid) {
		dup2(fd, 0);
		dup2(ends[1], 1);
		execlp("zstd", "zstd", "-q", "-d", "-c", (char *)NULL);
		tell_error("zstd: %s", strerror(errno));
		_exit(127);
	}
	close(fd);
	close(ends[1]);
	return ends[0];
}

static bool child_succeeded(pid_t pid)
{
	int status = 0;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid >= 0 && !status;
}

/* Unpacks the archive @path into the folder @dir_fd. */
static int archive_unpack(const char *path, int dir_fd)
{
	struct unpack unpack = { .wanted = is_wanted, .sparse = true, .size_max = STORED_MAX,
		.nr_max = ENTRIES_MAX };
	/* O_NONBLOCK: opening a FIFO must not wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *reason;
	pid_t filter, pid;
	bool good;

	if (fd < 0)
		return -errno;
	fd = archive_open(fd, &filter);
	if (fd < 0)
		return fd;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		unpack_confine(dir_fd);
		if (unpack_tar(fd, dir_fd, &unpack, &reason))
			tell_error("%s: %s", path, reason);
		else if (!unpack.nr_links && !unpack.nr_special)
			_exit(0);
		_exit(1);
	}
	close(fd);
	good = child_succeeded(pid);
	/* zstd may end by SIGPIPE, because an archive ends before its padding does. */
	child_succeeded(filter);
	return good ? 0 : -EINVAL;
}

int machine_import(struct machine *machine, const char *path, struct words *dropped, char **reason)
{
	char *parent = txt_copy(machine->dir), name[DIR_WORK_NAME_SIZE], *work = NULL;
	int parent_fd = -1, dir_fd = -1, error;

	*strrchr(parent, '/') = '\0';
	error = dir_make(parent, 0700);
	if (!error) {
		parent_fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		dir_fd = parent_fd < 0 ? -errno : dir_work_make(parent_fd, name);
		error = dir_fd < 0 ? dir_fd : 0;
	}
	if (error) {
		*reason = txt_printf(_("%s: cannot create this folder"), machine->dir);
		goto out_free;
	}
	work = txt_printf("%s/%s", parent, name);
	error = archive_unpack(path, dir_fd);
	if (!error)
		error = files_check(work, &machine->conf, dropped);
	if (error)
		*reason = txt_printf(_("%s: contains no machine"), path);
	else if (renameat2(parent_fd, name, parent_fd, strrchr(machine->dir, '/') + 1,
			   RENAME_NOREPLACE)) {
		error = -errno;
		*reason = txt_printf(_("%s: cannot create this folder"), machine->dir);
	}
	if (error)
		tree_remove_at(parent_fd, name);
out_free:
	if (dir_fd >= 0)
		close(dir_fd);
	if (parent_fd >= 0)
		close(parent_fd);
	free(parent);
	free(work);
	return error;
}
