// SPDX-License-Identifier: GPL-2.0-only
/*
 * files.c - operate on the host's files, folders and descriptors
 *
 * Called by all code of the command and the keeper. The functions handle EINTR and return errors
 * as -errno.
 */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/txt.h"

bool file_exists(const char *path)
{
	return !access(path, F_OK);
}

ssize_t fd_read(int fd, void *buf, size_t size)
{
	ssize_t done;

	do
		done = read(fd, buf, size);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

int fd_write_all(int fd, const void *buf, size_t size)
{
	while (size) {
		ssize_t done = write(fd, buf, size);

		if (done < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
			continue;
		}
		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			buf = (const char *)buf + done;
			size -= done;
		}
	}
	return 0;
}

int fd_connect(const char *path, bool nonblock)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0), 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

int fd_set_nonblock(int fd, bool nonblock)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	flags = nonblock ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) ? -errno : 0;
}

int file_read(const char *path, char **text, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t room = 4096, used = 0;
	char *buf;
	ssize_t done;

	if (fd < 0)
		return -errno;
	buf = malloc(room + 1);
	while (buf && (done = fd_read(fd, buf + used, room - used)) > 0) {
		used += done;
		if (used == room) {
			char *more = realloc(buf, 2 * room + 1);

			if (!more)
				free(buf);
			buf = more;
			room *= 2;
		}
	}
	close(fd);
	if (!buf)
		return -ENOMEM;
	if (done < 0) {
		free(buf);
		return done;
	}
	buf[used] = '\0';
	*text = buf;
	*size = used;
	return 0;
}

int file_read_end(const char *path, size_t most, char **text, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *buf = fd < 0 ? NULL : malloc(most + 1);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	ssize_t done = -1;
	int error;

	if (buf && end >= 0)
		done = pread(fd, buf, most, end > (off_t)most ? end - (off_t)most : 0);
	error = errno;
	if (fd >= 0)
		close(fd);
	if (done < 0) {
		free(buf);
		return error ? -error : -ENOMEM;
	}
	buf[done] = '\0';
	*text = buf;
	*size = done;
	return 0;
}

int proc_stat_read(pid_t pid, char **text, char **fields)
{
	char *path = txt_printf("/proc/%d/stat", pid), *name_end;
	size_t size;
	int error = file_read(path, text, &size);

	free(path);
	if (error)
		return error;
	/* Field 2, the name, may hold any character, but no later field holds ")". */
	name_end = strrchr(*text, ')');
	if (name_end && name_end[1]) {
		*fields = name_end + 2;
		return 0;
	}
	free(*text);
	return -EINVAL;
}

int file_write(const char *path, const char *text, size_t size, mode_t mode)
{
	char *part = txt_printf("%s.new-%d", path, getpid());
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	int error = fd < 0 ? -errno : 0;

	if (!error)
		error = fd_write_all(fd, text, size);
	if (fd >= 0 && close(fd) && !error)
		error = -errno;
	if (!error && rename(part, path))
		error = -errno;
	if (error)
		unlink(part);
	free(part);
	return error;
}

int dir_make(const char *path, mode_t mode)
{
	char *copy = txt_copy(path);
	int error = 0;

	for (char *slash = copy + 1; !error; *slash++ = '/') {
		slash = strchrnul(slash, '/');
		if (!*slash)
			break;
		*slash = '\0';
		if (mkdir(copy, mode) && errno != EEXIST)
			error = -errno;
	}
	if (!error && mkdir(copy, mode) && errno != EEXIST)
		error = -errno;
	free(copy);
	return error;
}

/* Tries unlink first, so that a link is removed and not followed. */
static int entry_remove(int dir_fd, const char *name)
{
	struct dirent *entry;
	int fd, error = 0;
	DIR *dir;

	if (!unlinkat(dir_fd, name, 0))
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return errno == ENOENT ? 0 : -errno;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	while (!error && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			error = entry_remove(fd, entry->d_name);
	closedir(dir);
	if (!error && unlinkat(dir_fd, name, AT_REMOVEDIR) && errno != ENOENT)
		error = -errno;
	return error;
}

int tree_remove(const char *path)
{
	return entry_remove(AT_FDCWD, path);
}

int tree_remove_at(int dir_fd, const char *name)
{
	return entry_remove(dir_fd, name);
}

int dir_work_make(int dir_fd, char name[DIR_WORK_NAME_SIZE])
{
	struct stat status;
	uint64_t number;
	int fd;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -errno;
	snprintf(name, DIR_WORK_NAME_SIZE, ".umlab-%016" PRIx64, number);
	if (mkdirat(dir_fd, name, 0700))
		return -errno;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* In a folder that others may write, the name may lead to their folder by now. */
	if (!fstat(fd, &status) && status.st_uid == geteuid() && !(status.st_mode & 077))
		return fd;
	close(fd);
	return -EPERM;
}

/* Copies the bytes from @at to @end. */
static int copy_run(int from, int to, off_t at, off_t end)
{
	static char buf[1 << 18];

	while (at < end) {
		size_t want = end - at < (off_t)sizeof(buf) ? (size_t)(end - at) : sizeof(buf);
		ssize_t got = pread(from, buf, want, at);
		off_t put = 0;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO;
		while (put < got) {
			ssize_t done = pwrite(to, buf + put, got - put, at + put);

			if (done < 0 && errno != EINTR)
				return -errno;
			if (done > 0)
				put += done;
		}
		at += got;
	}
	return 0;
}

/* Copies all runs of data. The holes between the runs stay holes in @to. */
static int copy_runs(int from, int to, off_t size, void (*progress)(uint64_t, uint64_t))
{
	off_t data, hole = 0;
	int error = 0;

	while (!error && hole < size) {
		data = lseek(from, hole, SEEK_DATA);
		if (data < 0)
			return errno == ENXIO ? 0 : -errno;
		hole = lseek(from, data, SEEK_HOLE);
		if (hole < 0)
			return -errno;
		/* Copy pieces of 32 MB, so that a long run shows progress too. */
		while (!error && data < hole) {
			off_t end = hole - data > 32 << 20 ? data + (32 << 20) : hole;

			error = copy_run(from, to, data, end);
			data = end;
			if (progress)
				progress(data, size);
		}
	}
	return error;
}

int file_copy(const char *from, const char *to, void (*progress)(uint64_t, uint64_t))
{
	char *part = txt_printf("%s.part-%d", to, getpid());
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, error = 0;
	struct stat status;

	if (in >= 0 && !fstat(in, &status))
		out = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0) {
		error = -errno;
		goto out_files;
	}
	if (ioctl(out, FICLONE, in)) {
		error = ftruncate(out, status.st_size) ? -errno : 0;
		if (!error)
			error = copy_runs(in, out, status.st_size, progress);
	}
	if (!error && rename(part, to))
		error = -errno;
	if (error)
		unlink(part);
out_files:
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	free(part);
	return error;
}

uint64_t file_allocated(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : (uint64_t)status.st_blocks * 512;
}

static void alarm_ignore(int number)
{
	(void)number;
}

int fd_lock_wait(int fd, int operation, double seconds)
{
	/* The first alarm may arrive before flock() sleeps, so the timer repeats. */
	struct itimerval timer = { .it_interval.tv_usec = 10000 }, off = { 0 };
	struct sigaction action = { .sa_handler = alarm_ignore }, before;
	int error;

	if (!flock(fd, operation | LOCK_NB))
		return 0;
	if (errno != EWOULDBLOCK)
		return -errno;
	timer.it_value.tv_sec = (time_t)seconds;
	timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6) + 1;
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &timer, NULL);
	error = flock(fd, operation) ? -errno : 0;
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &before, NULL);
	return error == -EINTR ? -EWOULDBLOCK : error;
}

void file_lock_wait(const char *path, double seconds)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	fd_lock_wait(fd, LOCK_SH, seconds);
	close(fd);
}
