// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_posix.c - implement struct cow_io for programs: umlab-disk and the tests
 *
 * Handles EINTR and short transfers and turns errno into -errno, so that the library sees neither
 * EINTR nor short transfers. cow/lib calls the functions through struct cow_io, on any thread of
 * the program.
 */
#define _GNU_SOURCE
#include "io_posix.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct cow_iovec) == sizeof(struct iovec) &&
	       offsetof(struct cow_iovec, size) == offsetof(struct iovec, iov_len),
	       "struct cow_iovec is passed to the kernel unchanged");

static int result(long value)
{
	return value < 0 ? -errno : value;
}

static int posix_open(const struct cow_io *io, const char *path, unsigned int flags)
{
	int mode = flags & COW_O_WRITE ? O_RDWR : O_RDONLY, fd;

	struct stat status;

	/* A header may name any path. To open a device such as a watchdog can have effects. */
	if (!(flags & COW_O_CREATE) && !stat(path, &status) && !S_ISREG(status.st_mode) &&
	    !S_ISBLK(status.st_mode))
		return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
	if (flags & COW_O_CREATE)
		mode |= O_CREAT | O_EXCL;
	/* O_NONBLOCK: opening a FIFO must not wait for its other end. */
	do
		fd = open(path, mode | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
	while (fd < 0 && errno == EINTR);
	return result(fd);
}

static void posix_close(const struct cow_io *io, int file)
{
	close(file);
}

/* Remove the first @done bytes from @vec. */
static void vec_drop(struct cow_iovec **vec, unsigned int *count, size_t done)
{
	for (; *count && done >= (*vec)->size; (*vec)++, (*count)--)
		done -= (*vec)->size;
	if (*count) {
		(*vec)->base = (char *)(*vec)->base + done;
		(*vec)->size -= done;
	}
}

static ssize_t posix_readv(const struct cow_io *io, int file, struct cow_iovec *vec,
			   unsigned int count, uint64_t offset, unsigned int flags)
{
	ssize_t total = 0, done;

	while (count) {
		done = preadv2(file, (struct iovec *)vec, count, offset + total,
			       flags & COW_IO_NOWAIT ? RWF_NOWAIT : 0);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		if (!done)
			break;
		total += done;
		vec_drop(&vec, &count, done);
	}
	return total;
}

static ssize_t posix_writev(const struct cow_io *io, int file, struct cow_iovec *vec,
			    unsigned int count, uint64_t offset)
{
	ssize_t total = 0, done;

	while (count) {
		done = pwritev(file, (struct iovec *)vec, count, offset + total);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		total += done;
		vec_drop(&vec, &count, done);
	}
	return total;
}

static int posix_sync(const struct cow_io *io, int file)
{
	return result(fdatasync(file));
}

static int posix_punch(const struct cow_io *io, int file, uint64_t offset, uint64_t size)
{
	int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int ret = result(fallocate(file, mode, offset, size));

	return ret == -ENOSYS || ret == -ENODEV ? -EOPNOTSUPP : ret;
}

static int posix_truncate(const struct cow_io *io, int file, uint64_t size)
{
	return result(ftruncate(file, size));
}

static bool is_remote(int file)
{
	enum { SMB2 = 0xfe534d42, CIFS = 0xff534d42 };
	struct statfs fs;

	if (fstatfs(file, &fs))
		return false;
	switch ((uint32_t)fs.f_type) {
	case NFS_SUPER_MAGIC:
	case FUSE_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case CIFS:
	case SMB2:
	case AFS_SUPER_MAGIC:
	case V9FS_MAGIC:
		return true;
	default:
		return false;
	}
}

static int posix_size(const struct cow_io *io, int file, uint64_t *size)
{
	off_t end = lseek(file, 0, SEEK_END);

	if (end < 0)
		return -errno;
	*size = end;
	return 0;
}

static int64_t nanoseconds(const struct timespec *time)
{
	return time->tv_sec * 1000000000LL + time->tv_nsec;
}

static int posix_stat(const struct cow_io *io, int file, struct cow_stat *stat)
{
	struct stat st;

	if (fstat(file, &st))
		return -errno;
	memset(stat, 0, sizeof(*stat));
	if (S_ISBLK(st.st_mode)) {
		if (ioctl(file, BLKGETSIZE64, &stat->size))
			return -errno;
	} else if (S_ISREG(st.st_mode)) {
		stat->size = st.st_size;
	} else {
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	stat->dev = st.st_dev;
	stat->ino = st.st_ino;
	stat->mtime = nanoseconds(&st.st_mtim);
	stat->ctime = nanoseconds(&st.st_ctim);
	stat->remote = is_remote(file);
	return 0;
}

static int posix_next_data(const struct cow_io *io, int file, uint64_t *start, uint64_t *end)
{
	off_t data = lseek(file, *start, SEEK_DATA), hole;

	if (data < 0 && errno == ENXIO)
		return -ENXIO;
	if (data < 0)
		return 0;	/* unknown: the whole range may hold data */
	*start = data;
	hole = lseek(file, data, SEEK_HOLE);
	if (hole > data)
		*end = hole;
	return 0;
}

static int posix_lock(const struct cow_io *io, int file, enum cow_lock lock)
{
	struct flock flock = {
		.l_type = lock == COW_LOCK_EXCLUSIVE ? F_WRLCK : F_RDLCK,
		.l_whence = SEEK_SET,
	};
	int ret = result(fcntl(file, F_OFD_SETLK, &flock));

	if (ret == -EACCES)
		return -EAGAIN;
	return ret == -EOPNOTSUPP || ret == -ENOSYS ? -ENOLCK : ret;
}

static int posix_rename(const struct cow_io *io, const char *from, const char *to)
{
	return result(rename(from, to));
}

static int posix_link(const struct cow_io *io, const char *from, const char *to)
{
	return result(link(from, to));
}

static int posix_unlink(const struct cow_io *io, const char *path)
{
	return result(unlink(path));
}

static int posix_sync_folder(const struct cow_io *io, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash - path + 1) : strdup(".");
	int fd, ret;

	if (!folder)
		return -ENOMEM;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0)
		return -errno;
	/* A file system that cannot sync a folder does not need to. */
	ret = fsync(fd) && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS ? -errno : 0;
	close(fd);
	return ret;
}

static bool posix_is_link(const struct cow_io *io, const char *path)
{
	struct stat status;

	return !lstat(path, &status) && S_ISLNK(status.st_mode);
}

static int posix_resolve(const struct cow_io *io, const char *folder, char *path, size_t size)
{
	char *found = realpath(folder, NULL);
	int ret = found ? 0 : -errno;

	if (!found)
		return ret;
	if (strlen(found) >= size)
		ret = -ENAMETOOLONG;
	else
		strcpy(path, found);
	free(found);
	return ret;
}

/* Use mapped memory, which costs nothing until it is touched: much of a large map is never used. */
static void *posix_alloc(const struct cow_io *io, size_t size)
{
	void *at;

	if (size < 1 << 20)
		return calloc(1, size ? size : 1);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return at == MAP_FAILED ? NULL : at;
}

static void posix_free(const struct cow_io *io, void *at, size_t size)
{
	if (!at || size < 1 << 20)
		free(at);
	else
		munmap(at, size);
}

static void posix_sleep(const struct cow_io *io, uint32_t *word, uint32_t seen)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

static void posix_wake(const struct cow_io *io, uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static int64_t posix_time(const struct cow_io *io)
{
	return time(NULL);
}

static int posix_random(const struct cow_io *io, void *to, size_t size)
{
	return getrandom(to, size, 0) == (ssize_t)size ? 0 : -EIO;
}

static void read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(line, size, file))
		line[0] = 0;
	if (file)
		fclose(file);
	line[strcspn(line, "\n")] = 0;
}

static void posix_owner(const struct cow_io *io, struct cow_disk_owner *owner)
{
	memset(owner, 0, sizeof(*owner));
	gethostname(owner->host, sizeof(owner->host) - 1);
	read_line("/proc/sys/kernel/random/boot_id", owner->boot_id, sizeof(owner->boot_id));
	owner->pid = getpid();
	owner->since = time(NULL);
}

static bool posix_owner_alive(const struct cow_io *io, const struct cow_disk_owner *owner)
{
	struct cow_disk_owner me;

	posix_owner(io, &me);
	if (strcmp(me.host, owner->host))
		return true;	/* we cannot see processes on other hosts */
	if (strcmp(me.boot_id, owner->boot_id))
		return false;
	return !kill(owner->pid, 0) || errno == EPERM;
}

/* Returns whether a descriptor of process @pid holds a lock on the file that @st describes. */
static bool has_lock(const char *pid, const struct stat *st)
{
	char path[600], line[200], inode[32];
	struct dirent *entry;
	struct stat other;
	bool found = false;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	folder = opendir(path);
	if (!folder)
		return false;
	snprintf(inode, sizeof(inode), ":%lu ", (unsigned long)st->st_ino);
	while (!found && (entry = readdir(folder))) {
		FILE *info;

		snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, entry->d_name);
		if (stat(path, &other) || other.st_ino != st->st_ino || other.st_dev != st->st_dev)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, entry->d_name);
		info = fopen(path, "re");
		while (info && !found && fgets(line, sizeof(line), info))
			found = !strncmp(line, "lock:", 5) && strstr(line, inode);
		if (info)
			fclose(info);
	}
	closedir(folder);
	return found;
}

static void posix_holder(const struct cow_io *io, int file, char *text, size_t size)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	struct stat st;

	text[0] = 0;
	if (!proc)
		return;
	while (!fstat(file, &st) && (entry = readdir(proc))) {
		char path[300], name[64];

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' ||
		    atoi(entry->d_name) == getpid() || !has_lock(entry->d_name, &st))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		read_line(path, name, sizeof(name));
		snprintf(text, size, "process %s (%s) on this host", entry->d_name, name);
		break;
	}
	closedir(proc);
}

const struct cow_io cow_io_posix = {
	.open = posix_open,
	.close = posix_close,
	.readv = posix_readv,
	.writev = posix_writev,
	.sync = posix_sync,
	.punch = posix_punch,
	.truncate = posix_truncate,
	.stat = posix_stat,
	.size = posix_size,
	.next_data = posix_next_data,
	.lock = posix_lock,
	.rename = posix_rename,
	.link = posix_link,
	.unlink = posix_unlink,
	.sync_folder = posix_sync_folder,
	.is_link = posix_is_link,
	.resolve = posix_resolve,
	.alloc = posix_alloc,
	.free = posix_free,
	.sleep = posix_sleep,
	.wake = posix_wake,
	.time = posix_time,
	.random = posix_random,
	.owner = posix_owner,
	.owner_alive = posix_owner_alive,
	.holder = posix_holder,
};
