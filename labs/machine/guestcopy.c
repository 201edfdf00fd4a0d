// SPDX-License-Identifier: GPL-2.0-only
/*
 * guestcopy.c - copy files and folders into and out of a guest
 *
 * Called by `umlab cp`. A copy into a guest is an archive that tar writes on the host and a tar in
 * the guest unpacks.
 *
 * For a copy out of a guest, a tar there writes an archive, which is hostile: root in the guest can
 * replace tar. A child process unpacks the archive with unpack.c into a new folder beside the
 * target, confined to that folder, and the finished entry is renamed to the target. So the guest
 * decides the content of the entry that was asked for, and nothing else on the host.
 */
#include "machine/guestcopy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/tell.h"
#include "base/unpack.h"
#include "machine/session.h"

enum {
	ENTRIES_MAX = 1 << 20,
	ERRORS_MAX = 1 << 14,	/* bytes of the messages of the guest's tar */
	PADDING_READS = 1024,	/* reads after the end of an archive */
};

#define SIZE_MAX_BYTES (64ull << 30)

static char *without_slashes(const char *path)
{
	char *copy = txt_copy(path);
	size_t size = strlen(copy);

	while (size > 1 && copy[size - 1] == '/')
		copy[--size] = '\0';
	return copy;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* ---- into a guest -------------------------------------------------------------------- */

/*
 * Runs in the guest and unpacks an archive whose only entry is $1. If $2 is a folder, puts the
 * entry into that folder; otherwise renames the entry to $2.
 */
static const char unpack_script[] =
	"set -e; if [ -d \"$2\" ]; then cd \"$2\"; exec tar --no-same-owner -xf -; fi; "
	"d=$(dirname -- \"$2\"); t=$(mktemp -d -- \"$d/.umlab.XXXXXX\"); trap 'rm -rf \"$t\"' "
	"EXIT; "
	"tar --no-same-owner -C \"$t\" -xf -; mv -T -- \"$t/$1\" \"$2\"";

/* Starts tar for the entry @path on the host. *@output_fd: a pipe with its output. */
static pid_t tar_start(const char *path, int *output_fd)
{
	char *dir = txt_copy_part(path, last_part(path) - path);
	const char *const tar[] = { "tar", "-C", *dir ? dir : ".", "-cf", "-", "--",
				    last_part(path), NULL };
	pid_t pid = -1;
	int ends[2];

	if (!pipe2(ends, O_CLOEXEC)) {
		fflush(NULL);
		pid = fork();
		if (!pid) {
			dup2(ends[1], 1);
			execvp(tar[0], (char *const *)tar);
			tell_error("%s: %s", tar[0], strerror(errno));
			_exit(127);
		}
		close(ends[1]);
		*output_fd = ends[0];
	}
	if (pid < 0)
		tell_error(_("cannot start a process: %s"), strerror(errno));
	free(dir);
	return pid;
}

static int entry_send(const struct machine *machine, const char *path, const char *to)
{
	struct words command = { 0 };
	struct session_request request = { .command = &command, .out_fd = STDOUT_FILENO,
					   .err_fd = STDERR_FILENO };
	int result, status = 1;
	pid_t pid = tar_start(path, &request.in_fd);

	if (pid < 0)
		return -EAGAIN;
	words_add(&command, "/bin/sh");
	words_add(&command, "-c");
	words_add(&command, unpack_script);
	words_add(&command, "sh");
	words_add(&command, last_part(path));
	words_add(&command, to);
	result = session_run(machine, &request);
	close(request.in_fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	words_release(&command);
	return result || status ? -EIO : 0;
}

int guestcopy_in(const struct machine *machine, const char *from, const char *to)
{
	char *path = without_slashes(from);
	const char *name = last_part(path);
	int error = -EINVAL;

	/* A path that ends in . or .. does not end in the entry's name, so resolve the path. */
	if (!strcmp(name, ".") || !strcmp(name, "..")) {
		free(path);
		path = realpath(from, NULL);
	}
	if (!path || !file_exists(path))
		tell_error(_("%s: no such file"), from);
	else if (!strcmp(path, "/"))
		tell_error(_("%s: name the file or folder to copy, or give a new folder as target"),
			   from);
	else
		error = entry_send(machine, path, to);
	free(path);
	return error;
}

/* ---- out of a guest ------------------------------------------------------------------- */

/* Runs in the guest: archives the entry $1. */
static const char pack_script[] =
	"cd \"$(dirname -- \"$1\")\" && exec tar -cf - -- \"$(basename -- \"$1\")\"";

struct copy {
	char *from;		/* in the guest, without slashes at the end */
	const char *name;	/* of the entry in the archive; NULL: the folder "." */
	const char *to;		/* as the user wrote it, for messages */
	int dir_fd;		/* folder of the target */
	char *target;		/* name of the target in it */
	char work[DIR_WORK_NAME_SIZE];
	int work_fd;
};

/* Finds the folder and the name of the target. */
static int target_find(struct copy *copy)
{
	struct stat status;
	bool into = !stat(copy->to, &status) && S_ISDIR(status.st_mode);
	char *dir = without_slashes(copy->to);
	const char *name = last_part(copy->from);

	if (!strcmp(name, "..") || !strcmp(name, "/") || (!strcmp(name, ".") && into)) {
		tell_error(_("%s: name the file or folder to copy, or give a new folder as target"),
			   copy->from);
		return -EINVAL;
	}
	copy->name = strcmp(name, ".") ? name : NULL;
	if (into) {
		copy->target = txt_copy(name);
	} else {
		copy->target = txt_copy(last_part(dir));
		dir[last_part(dir) - dir] = '\0';
	}
	copy->dir_fd = open(*dir ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (copy->dir_fd < 0) {
		tell_error(_("%s: cannot write in its folder: %s"), copy->to, strerror(errno));
		return -EACCES;
	}
	return 0;
}

static void left_out_tell(const struct copy *copy, const struct unpack *unpack)
{
	if (unpack->nr_links)
		tell_warning(_("%s: %lu links were left out, because they lead out of it"),
			     copy->from, (unsigned long)unpack->nr_links);
	if (unpack->nr_special)
		tell_warning(_("%s: %lu devices, FIFOs or sockets were left out"), copy->from,
			     (unsigned long)unpack->nr_special);
}

/* Runs in the child: unpacks what arrives at @fd. */
static int child_unpack(const struct copy *copy, int fd)
{
	struct unpack unpack = { .name = copy->name, .size_max = SIZE_MAX_BYTES,
		.nr_max = ENTRIES_MAX };
	int dir_fd = copy->work_fd;
	char *reason, padding[4096];

	if (!copy->name) {
		/* The archive's "./" becomes a folder that can be renamed. */
		if (mkdirat(dir_fd, "content", 0700))
			return 1;
		dir_fd = openat(dir_fd, "content", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	unpack_confine(dir_fd);
	if (unpack_tar(fd, dir_fd, &unpack, &reason)) {
		/* Without an entry, the guest's tar sent no archive and has said why. */
		if (unpack.nr_entries)
			tell_error("%s: %s", copy->from, reason);
		return 1;
	}
	/* Read what fills tar's last record, because the session ends if nobody reads it. */
	for (int i = 0; i < PADDING_READS && fd_read(fd, padding, sizeof(padding)) > 0; i++)
		;
	left_out_tell(copy, &unpack);
	return 0;
}

static pid_t child_start(const struct copy *copy, int *input_fd)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(ends[1]);
		close(copy->dir_fd);
		_exit(child_unpack(copy, ends[0]));
	}
	close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return -EAGAIN;
	}
	*input_fd = ends[1];
	return pid;
}

/* Returns a file for the messages of the guest's tar that takes ERRORS_MAX bytes and no more. */
static int errors_open(void)
{
	int fd = memfd_create("umlab-cp", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (ftruncate(fd, ERRORS_MAX) || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void errors_tell(int fd)
{
	char text[ERRORS_MAX + 1], *rest = text, *line;

	if (fd < 0 || pread(fd, text, ERRORS_MAX, 0) != ERRORS_MAX)
		return;
	text[ERRORS_MAX] = '\0';
	while ((line = strsep(&rest, "\n")))
		if (*line)
			tell_error("%s", clean_text(line, CLEAN_ONE_LINE));
}

/* Runs tar in the guest and lets a child unpack the archive. 0: the folder has the entry. */
static int archive_take(const struct copy *copy, const struct machine *machine)
{
	struct words command = { 0 };
	struct session_request request = { .command = &command, .in_fd = -1 };
	int result, status = 1;
	pid_t pid = child_start(copy, &request.out_fd);

	if (pid < 0)
		return pid;
	words_add(&command, "/bin/sh");
	words_add(&command, "-c");
	words_add(&command, pack_script);
	words_add(&command, "sh");
	words_add(&command, copy->from);
	request.err_fd = errors_open();
	result = session_run(machine, &request);
	close(request.out_fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	errors_tell(request.err_fd);
	if (request.err_fd >= 0)
		close(request.err_fd);
	words_release(&command);
	return result || status ? -EIO : 0;
}

static int put_in_place(const struct copy *copy)
{
	const char *name = copy->name ? copy->name : "content";
	struct stat status;

	if (fstatat(copy->work_fd, name, &status, AT_SYMLINK_NOFOLLOW)) {
		tell_error(_("%s: not copied; if it is a symbolic link or a device, copy the file "
			     "that it stands for"), copy->from);
		return -ENOENT;
	}
	if (!fstatat(copy->dir_fd, copy->target, &status, AT_SYMLINK_NOFOLLOW) &&
	    !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) && !S_ISLNK(status.st_mode)) {
		tell_error(_("%s: is not a regular file"), copy->to);
		return -EEXIST;
	}
	if (!renameat(copy->work_fd, name, copy->dir_fd, copy->target))
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST || errno == EISDIR || errno == ENOTDIR)
		tell_error(_("%s: %s exists already; remove it, or give another target"),
			   copy->to, copy->target);
	else
		tell_error(_("%s: cannot write: %s"), copy->to, strerror(errno));
	return -EEXIST;
}

int guestcopy_out(const struct machine *machine, const char *from, const char *to)
{
	struct copy copy = { .from = without_slashes(from), .to = to, .dir_fd = -1, .work_fd = -1 };
	int error = target_find(&copy);

	if (error)
		goto out_free;
	copy.work_fd = dir_work_make(copy.dir_fd, copy.work);
	if (copy.work_fd < 0) {
		error = copy.work_fd;
		tell_error(_("%s: cannot write in its folder: %s"), to, strerror(-error));
		goto out_free;
	}
	error = archive_take(&copy, machine);
	if (!error)
		error = put_in_place(&copy);
	tree_remove_at(copy.dir_fd, copy.work);
	close(copy.work_fd);
out_free:
	if (copy.dir_fd >= 0)
		close(copy.dir_fd);
	free(copy.target);
	free(copy.from);
	return error;
}
