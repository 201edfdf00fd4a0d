// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_cow_io.c - implement the file operations of cow/ with host_* calls, for the kernel image
 *
 * cow/ calls these on worker threads (ubd_chain.c, ubd_job.c), and readv, writev and size on
 * the machine's thread too (ubd_now.c). In programs io_posix.c takes the place of this file.
 */
#include "worker/ubd_cow_io.h"

#include <um/host.h>

static int disk_open(const struct cow_io *io, const char *path, unsigned int flags)
{
	unsigned int mode = HOST_O_READ | HOST_O_NONBLOCK;

	if (flags & COW_O_WRITE)
		mode |= HOST_O_WRITE;
	if (flags & COW_O_CREATE)
		mode |= HOST_O_CREATE | HOST_O_EXCL;
	/* A disk that a machine makes holds what its guest writes: only this user may read it. */
	return host_file_open(path, mode, 0600);
}

static void disk_close(const struct cow_io *io, int file)
{
	host_file_close(file);
}

static ssize_t disk_readv(const struct cow_io *io, int file, struct cow_iovec *vec,
			  unsigned int count, uint64_t offset, unsigned int flags)
{
	return host_file_preadv(file, (struct host_iovec *)vec, count, offset,
				flags & COW_IO_NOWAIT ? HOST_IO_NOWAIT : 0);
}

static ssize_t disk_writev(const struct cow_io *io, int file, struct cow_iovec *vec,
			   unsigned int count, uint64_t offset)
{
	ssize_t done;
	size_t size = 0;

	for (unsigned int i = 0; i < count; i++)
		size += vec[i].size;
	done = host_file_pwritev(file, (struct host_iovec *)vec, count, offset);
	return done >= 0 && done != size ? -EIO : done;
}

static int disk_sync(const struct cow_io *io, int file)
{
	return host_file_sync(file, true);
}

static int disk_punch(const struct cow_io *io, int file, uint64_t offset, uint64_t size)
{
	int ret = host_file_punch(file, offset, size);

	return ret == -ENODEV ? -EOPNOTSUPP : ret;
}

static int disk_truncate(const struct cow_io *io, int file, uint64_t size)
{
	return host_fs_truncate(file, size);
}

static int disk_size(const struct cow_io *io, int file, uint64_t *size)
{
	return host_file_end(file, size);
}

static int64_t nanoseconds(const struct host_timestamp *time)
{
	return time->sec * 1000000000LL + time->nsec;
}

static int disk_stat(const struct cow_io *io, int file, struct cow_stat *stat)
{
	struct host_stat st;
	int ret = host_file_size(file, &stat->size);

	if (!ret)
		ret = host_file_stat(file, &st);
	if (ret)
		return ret;
	stat->dev = st.dev;
	stat->ino = st.ino;
	stat->mtime = nanoseconds(&st.mtime);
	stat->ctime = nanoseconds(&st.ctime);
	stat->remote = host_file_is_remote(file);
	return 0;
}

static int disk_next_data(const struct cow_io *io, int file, uint64_t *start, uint64_t *end)
{
	return host_file_next_data(file, start, end);
}

static int disk_lock(const struct cow_io *io, int file, enum cow_lock lock)
{
	int ret = host_file_lock(file, lock == COW_LOCK_EXCLUSIVE);

	return ret == -EOPNOTSUPP || ret == -ENOSYS ? -ENOLCK : ret;
}

static int disk_rename(const struct cow_io *io, const char *from, const char *to)
{
	return host_file_rename(from, to);
}

static int disk_link(const struct cow_io *io, const char *from, const char *to)
{
	return host_file_link(from, to);
}

static int disk_unlink(const struct cow_io *io, const char *path)
{
	return host_file_unlink(path);
}

/* Open the folder that contains @path. */
static int folder_open(const char *path)
{
	size_t length = 0, size;
	char *folder;
	int fd;

	for (size_t i = 0; path[i]; i++)
		if (path[i] == '/')
			length = i + 1;
	size = length + sizeof(".");
	folder = host_mem_alloc(size);
	if (!folder)
		return -ENOMEM;
	memcpy(folder, path, length);
	memcpy(folder + length, ".", sizeof("."));
	fd = host_file_open(folder, HOST_O_READ | HOST_O_DIRECTORY, 0);
	host_mem_free(folder, size);
	return fd;
}

static int disk_sync_folder(const struct cow_io *io, const char *path)
{
	int fd = folder_open(path), ret;

	if (fd < 0)
		return fd;
	ret = host_file_sync(fd, false);
	host_file_close(fd);
	/* A file system that cannot sync a folder does not need to. */
	return ret == -EINVAL || ret == -EOPNOTSUPP || ret == -ENOSYS ? 0 : ret;
}

static bool disk_is_link(const struct cow_io *io, const char *path)
{
	const char *name = path;
	int fd = folder_open(path), ret;
	char target[8];

	if (fd < 0)
		return true;
	for (const char *c = path; *c; c++)
		if (*c == '/')
			name = c + 1;
	/* EINVAL is the only answer that shows that the path is not a link. */
	ret = host_file_readlink(fd, name, target, sizeof(target));
	host_file_close(fd);
	return ret != -EINVAL;
}

static int disk_resolve(const struct cow_io *io, const char *folder, char *path, size_t size)
{
	int fd = host_file_open(folder, HOST_O_READ | HOST_O_DIRECTORY, 0);
	int links, ret;
	char name[16];

	if (fd < 0)
		return fd;
	links = host_file_open("/proc/self/fd", HOST_O_READ | HOST_O_DIRECTORY, 0);
	cow_text(name, sizeof(name), "%d", fd);
	ret = links < 0 ? links : host_file_readlink(links, name, path, size);
	if (links >= 0)
		host_file_close(links);
	host_file_close(fd);
	if (ret < 0)
		return ret;
	if ((size_t)ret == size)
		return -ENAMETOOLONG;
	path[ret] = 0;
	return 0;
}

static void *disk_alloc(const struct cow_io *io, size_t size)
{
	return host_mem_alloc(size);
}

static void disk_free(const struct cow_io *io, void *at, size_t size)
{
	host_mem_free(at, size);
}

static void disk_sleep(const struct cow_io *io, uint32_t *word, uint32_t seen)
{
	host_worker_wait(word, seen);
}

static void disk_wake(const struct cow_io *io, uint32_t *word)
{
	host_worker_wake(word);
}

static int64_t disk_time(const struct cow_io *io)
{
	return host_time_real() / 1000000000;
}

static int disk_random(const struct cow_io *io, void *to, size_t size)
{
	ssize_t ret = host_random(to, size);

	return ret < 0 ? ret : (size_t)ret == size ? 0 : -EIO;
}

static void read_line(const char *path, char *line, size_t size)
{
	int fd = host_file_open(path, HOST_O_READ, 0);
	ssize_t got = fd < 0 ? 0 : host_file_pread(fd, line, size - 1, 0);

	if (fd >= 0)
		host_file_close(fd);
	line[got > 0 ? got : 0] = 0;
	for (char *c = line; *c; c++)
		if (*c == '\n')
			*c = 0;
}

static uint64_t own_pid(void)
{
	char text[24];
	int proc = host_file_open("/proc", HOST_O_READ | HOST_O_DIRECTORY, 0);
	ssize_t got = proc < 0 ? proc : host_file_readlink(proc, "self", text, sizeof(text) - 1);
	uint64_t pid = 0;

	if (proc >= 0)
		host_file_close(proc);
	for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; i++)
		pid = pid * 10 + text[i] - '0';
	return pid;
}

static void disk_owner(const struct cow_io *io, struct cow_disk_owner *owner)
{
	memset(owner, 0, sizeof(*owner));
	read_line("/proc/sys/kernel/hostname", owner->host, sizeof(owner->host));
	read_line("/proc/sys/kernel/random/boot_id", owner->boot_id, sizeof(owner->boot_id));
	owner->pid = own_pid();
	owner->since = disk_time(io);
}

static bool disk_owner_alive(const struct cow_io *io, const struct cow_disk_owner *owner)
{
	struct cow_disk_owner me;
	char path[32];
	int fd;

	disk_owner(io, &me);
	if (strcmp(me.host, owner->host))
		return true;	/* we cannot see processes on other hosts */
	if (strcmp(me.boot_id, owner->boot_id))
		return false;
	cow_text(path, sizeof(path), "/proc/%U", owner->pid);
	fd = host_file_open(path, HOST_O_READ | HOST_O_DIRECTORY, 0);
	if (fd >= 0)
		host_file_close(fd);
	return fd >= 0;
}

const struct cow_io ubd_cow_io = {
	.open = disk_open,
	.close = disk_close,
	.readv = disk_readv,
	.writev = disk_writev,
	.sync = disk_sync,
	.punch = disk_punch,
	.truncate = disk_truncate,
	.stat = disk_stat,
	.size = disk_size,
	.next_data = disk_next_data,
	.lock = disk_lock,
	.rename = disk_rename,
	.link = disk_link,
	.unlink = disk_unlink,
	.sync_folder = disk_sync_folder,
	.is_link = disk_is_link,
	.resolve = disk_resolve,
	.alloc = disk_alloc,
	.free = disk_free,
	.sleep = disk_sleep,
	.wake = disk_wake,
	.time = disk_time,
	.random = disk_random,
	.owner = disk_owner,
	.owner_alive = disk_owner_alive,
};
