// SPDX-License-Identifier: GPL-2.0-only
/*
 * unpack.c - unpack an archive that a stranger wrote, and take only what was asked for
 *
 * Called for archives that a guest makes (umlab cp, guestcopy.c) and for machines from other users
 * (umlab import, machine_import.c), in a child process. tar.c reads the archive.
 *
 * Theory of operation
 *   The caller provides an empty folder with mode 0700 on the file system of the target, and
 *   renames the result into place only after unpack_tar() has succeeded. So nothing that exists is
 *   ever overwritten or merged while hostile bytes are read.
 *   1. A path must be relative, without "..", and begin with the name that was asked for. Control
 *      characters are refused, because names reach terminals. Any fault ends the unpacking.
 *   2. Each component of a path is opened without following symbolic links, so the folder of an
 *      entry is always below the folder of the caller. Files are made with O_EXCL.
 *   3. A symbolic link may go up with leading ".." as far as the entry that was asked for, and then
 *      down without "..". The folder of a link is never reached through another link when the link
 *      is made, so this holds for chains of links too: each step starts inside and ends inside.
 *   4. A hard link names an earlier file of the same archive and is found like other paths.
 *   5. Modes lose the set-user-ID, set-group-ID and sticky bits and pass the umask. The owner is
 *      the caller, also if that is root. Extended attributes, ACLs and capabilities are not read.
 *   6. Devices, FIFOs and links that lead out are left out and counted.
 *   7. Number and size of the entries and the depth of folders are bounded.
 *   Folders get their modes and dates at the end, because a folder without write permission could
 *   not be filled.
 */
#include "base/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tar.h"
#include "base/tell.h"
#include "base/txt.h"

enum {
	DEPTH_MAX = 200,
	NAME_SIZE = 256,
	FOLDER_BYTES_MAX = 1 << 26,	/* memory for the list of folders */
	SPARSE_BITS_MAX = 46,		/* 64 TiB, the largest disk */
};

struct folder {
	char *path;
	mode_t mode;
	int64_t mtime;
};

struct work {
	struct tar tar;
	struct unpack *unpack;
	int dir_fd;
	mode_t umask;
	struct folder *folders;
	size_t nr_folders, folder_bytes;
	const char *fault;	/* of the archive; NULL: a call failed */
	char path[TAR_PATH_MAX];	/* of the current entry, clean */
};

static int refuse(struct work *work, const char *text)
{
	work->fault = text;
	return -EINVAL;
}

/* ---- paths ------------------------------------------------------------------------- */

bool unpack_name_is_odd(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if (*at < ' ' || *at == 0x7f || (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
			return true;
	return false;
}

static bool component_is(const char *at, size_t size, const char *name)
{
	return size == strlen(name) && !memcmp(at, name, size);
}

/*
 * Copies @path without "." and superfluous slashes. -EINVAL: the path is absolute, contains "..",
 * is too deep or has a control character.
 */
static int path_clean(struct work *work, const char *path, char *to)
{
	size_t used = 0;
	int depth = 0;

	if (*path == '/')
		return refuse(work, N_("it has an absolute path"));
	if (unpack_name_is_odd(path))
		return refuse(work, N_("it has a name with a control character"));
	*to = '\0';
	while (*path) {
		size_t size = strcspn(path, "/");

		if (component_is(path, size, ".."))
			return refuse(work, N_("it has a path with \"..\""));
		if (size && !component_is(path, size, ".")) {
			if (size >= NAME_SIZE || ++depth > DEPTH_MAX)
				return refuse(work, N_("it has a path that is too long"));
			if (used)
				to[used++] = '/';
			memcpy(to + used, path, size);
			used += size;
			to[used] = '\0';
		}
		path += size + (path[size] == '/');
	}
	return 0;
}

/* Is the clean @path what the caller asked for, or below that? */
static bool path_asked(const struct work *work, const char *path)
{
	const char *name = work->unpack->name;
	size_t size = name ? strlen(name) : 0;

	return !name || (!strncmp(path, name, size) && (!path[size] || path[size] == '/'));
}

/* Opens the folder that contains the clean @path, and makes missing folders. *@name: the rest. */
static int parent_open(const struct work *work, const char *path, const char **name)
{
	int fd = fcntl(work->dir_fd, F_DUPFD_CLOEXEC, 0), next;
	const char *slash;
	char part[NAME_SIZE];

	while (fd >= 0 && (slash = strchr(path, '/'))) {
		memcpy(part, path, slash - path);
		part[slash - path] = '\0';
		next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT && !mkdirat(fd, part, 0700))
			next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		next = next < 0 ? -errno : next;
		close(fd);
		if (next < 0)
			return next;
		fd = next;
		path = slash + 1;
	}
	*name = path;
	return fd < 0 ? -errno : fd;
}

/* ---- entries ------------------------------------------------------------------------- */

static void dates_set(int fd, int64_t mtime)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = mtime } };

	/* A date that the host cannot store does not matter. */
	futimens(fd, times);
}

static int folder_make(struct work *work, int fd, const char *name)
{
	const struct tar_entry *entry = &work->tar.entry;
	struct stat status;

	if (mkdirat(fd, name, 0700) &&
	    (errno != EEXIST || fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) ||
	     !S_ISDIR(status.st_mode)))
		return -errno;
	work->folder_bytes += sizeof(*work->folders) + strlen(work->path);
	if (work->folder_bytes > FOLDER_BYTES_MAX)
		return refuse(work, N_("it has too many entries"));
	work->folders = txt_grow(work->folders, work->nr_folders, sizeof(*work->folders));
	work->folders[work->nr_folders++] = (struct folder){
		.path = txt_copy(work->path),
		/* The owner can always change and remove the folder. */
		.mode = (entry->mode & 0777 & ~work->umask) | 0700,
		.mtime = entry->mtime,
	};
	return 0;
}

/* Copies @size bytes of the archive to @offset of the file. */
static int data_copy(struct work *work, int fd, uint64_t offset, uint64_t size)
{
	char buf[1 << 16];

	if (lseek(fd, offset, SEEK_SET) < 0)
		return -errno;
	while (size) {
		ssize_t got = tar_read(&work->tar, buf, size < sizeof(buf) ? size : sizeof(buf));
		int error = got > 0 ? fd_write_all(fd, buf, got) : (int)got;

		if (error || !got)
			return error ? error : -EIO;
		size -= got;
	}
	return 0;
}

static int data_take(struct work *work, int fd)
{
	const struct tar_entry *entry = &work->tar.entry;
	int error = 0;

	if (!entry->runs)
		return data_copy(work, fd, 0, entry->size);
	if (ftruncate(fd, entry->size))
		return -errno;
	for (size_t i = 0; i < entry->nr_runs && !error; i++)
		error = data_copy(work, fd, entry->runs[i].offset, entry->runs[i].size);
	return error;
}

static int file_take(struct work *work, int fd, const char *name)
{
	const struct tar_entry *entry = &work->tar.entry;
	int file, error;

	if (entry->stored_size > work->unpack->size_max - work->unpack->size ||
	    entry->size >> SPARSE_BITS_MAX)
		return refuse(work, N_("it is too large"));
	work->unpack->size += entry->stored_size;
	file = openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return errno == EEXIST ? refuse(work, N_("it has one path twice")) : -errno;
	error = data_take(work, file);
	if (!error && fchmod(file, entry->mode & 0777 & ~work->umask))
		error = -errno;
	dates_set(file, entry->mtime);
	if (close(file) && !error)
		error = -errno;
	return error;
}

bool unpack_link_stays(const char *target, int depth)
{
	bool down = false;
	int up = 0;

	if (!*target || *target == '/' || unpack_name_is_odd(target))
		return false;
	while (*target) {
		size_t size = strcspn(target, "/");

		if (component_is(target, size, "..")) {
			if (down || ++up > depth)
				return false;
		} else if (size && !component_is(target, size, ".")) {
			down = true;
		}
		target += size + (target[size] == '/');
	}
	return true;
}

/* Does the current entry, a symbolic link, stay inside the entry that was asked for? */
static bool target_stays(const struct work *work)
{
	int depth = 0;

	for (const char *at = work->path; (at = strchr(at, '/')); at++)
		depth++;
	/* The entry that was asked for is the top. It may not be a link itself. */
	if (work->unpack->name)
		depth--;
	return depth >= 0 && unpack_link_stays(work->tar.entry.target, depth);
}

static int symlink_make(struct work *work, int fd, const char *name)
{
	const struct tar_entry *entry = &work->tar.entry;

	if (!target_stays(work)) {
		work->unpack->nr_links++;
		return 0;
	}
	if (symlinkat(entry->target, fd, name))
		return errno == EEXIST ? refuse(work, N_("it has one path twice")) : -errno;
	return 0;
}

static int hard_link_make(struct work *work, int fd, const char *name)
{
	char target[TAR_PATH_MAX];
	struct stat status;
	const char *last;
	int from, error = path_clean(work, work->tar.entry.target, target);

	if (error)
		return error;
	if (!*target || !path_asked(work, target))
		return refuse(work, N_("it has a link to a file outside"));
	from = parent_open(work, target, &last);
	if (from < 0)
		return from;
	/* linkat() does not follow a link in the last place; only files may have several names. */
	if (fstatat(from, last, &status, AT_SYMLINK_NOFOLLOW))
		error = errno == ENOENT ? refuse(work, N_("it has a link to a missing file")) :
			-errno;
	else if (!S_ISREG(status.st_mode))
		work->unpack->nr_links++;
	else if (linkat(from, last, fd, name, 0))
		error = errno == EEXIST ? refuse(work, N_("it has one path twice")) : -errno;
	close(from);
	return error;
}

static int entry_take(struct work *work)
{
	const struct tar_entry *entry = &work->tar.entry;
	const char *name;
	int fd, error = path_clean(work, entry->path, work->path);

	if (error)
		return error;
	if (++work->unpack->nr_entries > work->unpack->nr_max)
		return refuse(work, N_("it has too many entries"));
	if (entry->kind == TAR_SPECIAL) {
		work->unpack->nr_special++;
		return 0;
	}
	/* The folder itself, "./". */
	if (!*work->path && entry->kind == TAR_FOLDER && !work->unpack->name)
		return 0;
	if (!*work->path || !path_asked(work, work->path))
		return refuse(work, N_("it has an entry that was not asked for"));
	if (work->unpack->wanted && !work->unpack->wanted(work->path))
		return 0;
	fd = parent_open(work, work->path, &name);
	if (fd < 0)
		return fd;
	if (entry->kind == TAR_FOLDER)
		error = folder_make(work, fd, name);
	else if (entry->kind == TAR_SYMLINK)
		error = symlink_make(work, fd, name);
	else if (entry->kind == TAR_HARD_LINK)
		error = hard_link_make(work, fd, name);
	else
		error = file_take(work, fd, name);
	close(fd);
	return error;
}

/* Sets modes and dates, and frees the list. The last folders come first, so dates stay. */
static int folders_finish(struct work *work, int error)
{
	while (work->nr_folders) {
		struct folder *folder = &work->folders[--work->nr_folders];
		const char *name;
		int parent, fd;

		parent = error ? -1 : parent_open(work, folder->path, &name);
		fd = parent < 0 ? -1 :
		     openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (!error && (fd < 0 || fchmod(fd, folder->mode)))
			error = -errno;
		if (fd >= 0) {
			dates_set(fd, folder->mtime);
			close(fd);
		}
		if (parent >= 0)
			close(parent);
		free(folder->path);
	}
	free(work->folders);
	return error;
}

int unpack_tar(int fd, int dir_fd, struct unpack *unpack, char **reason)
{
	struct work *work = txt_alloc(1, sizeof(*work));
	int found, error = 0;

	unpack->nr_entries = unpack->size = unpack->nr_links = unpack->nr_special = 0;
	work->unpack = unpack;
	work->dir_fd = dir_fd;
	work->umask = umask(077);
	umask(work->umask);
	tar_init(&work->tar, fd);
	work->tar.accepts_sparse = unpack->sparse;
	while (!error && (found = tar_next(&work->tar)))
		error = found < 0 ? found : entry_take(work);
	tar_release(&work->tar);
	error = folders_finish(work, error);
	if (error) {
		const char *fault = work->fault ? work->fault : work->tar.fault;

		*reason = error == -EINVAL && fault ?
			  txt_printf(_("the archive is refused: %s"), _(fault)) :
			  txt_copy(strerror(-error));
	}
	free(work);
	return error;
}

/* ---- confinement ----------------------------------------------------------------------- */

void unpack_confine(int dir_fd)
{
	/* All rights of version 2. Version 1 cannot allow hard links between folders. */
	const struct landlock_ruleset_attr rules = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_REFER << 1) - 1,
	};
	const struct landlock_path_beneath_attr beneath = {
		.parent_fd = dir_fd,
		.allowed_access = LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
				  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
				  LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER,
	};
	int set = syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules.handled_access_fs), 0);

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (set < 0)
		return;
	if (!syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0))
		syscall(SYS_landlock_restrict_self, set, 0);
	close(set);
}
