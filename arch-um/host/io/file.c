// SPDX-License-Identifier: GPL-2.0-only
/*
 * file.c - access files, sockets and pseudo terminals of the host
 *
 * Implements the "files" section of um/host.h for drivers, and the random source. Any thread of
 * the kernel process may call these functions; the only state is one bit for each descriptor.
 *
 * A descriptor that the process inherited shares its flags with the process that started this one:
 * O_NONBLOCK on our standard input would also affect the shell. So host_file_inherit() opens the
 * same object again. Where that is not possible (sockets, terminals of another user), the new
 * descriptor is marked in shared_fds. Each transfer on a marked descriptor first checks that it
 * would not block.
 */
#include "io/file.h"
#include <um/host.h>
#include "io/terminal.h"
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_poll.h"
#include "lx/lx_socket.h"
#include "lx/lx_system.h"

/* A writable pipe accepts this many bytes without blocking; so do terminals in practice. */
#define SHARED_WRITE_MAX 512

#define NR_SHARED_FDS 1024
static uint64_t shared_fds[NR_SHARED_FDS / 64];

static void shared_set(int fd)
{
	__atomic_fetch_or(&shared_fds[fd / 64], 1ULL << fd % 64, __ATOMIC_RELAXED);
}

static void shared_clear(int fd)
{
	if (fd < NR_SHARED_FDS)
		__atomic_fetch_and(&shared_fds[fd / 64], ~(1ULL << fd % 64), __ATOMIC_RELAXED);
}

bool host_file_shared(int fd)
{
	return fd < NR_SHARED_FDS &&
	       __atomic_load_n(&shared_fds[fd / 64], __ATOMIC_RELAXED) >> fd % 64 & 1;
}

/* Would a transfer on a shared descriptor succeed without blocking? */
static bool shared_ready(int fd, short events)
{
	struct __kernel_timespec now = { 0 };
	struct pollfd pollfd = { .fd = fd, .events = events };

	return lx_ppoll(&pollfd, 1, &now, NULL) > 0;
}

int host_file_open(const char *path, unsigned int flags, unsigned int mode)
{
	static const struct { unsigned int host, lx; } map[] = {
		{ HOST_O_CREATE, O_CREAT },
		{ HOST_O_TRUNC, O_TRUNC },
		{ HOST_O_DIRECTORY, O_DIRECTORY },
		{ HOST_O_APPEND, O_APPEND },
		{ HOST_O_EXCL, O_EXCL },
		{ HOST_O_NONBLOCK, O_NONBLOCK },
	};
	int lx_flags = O_CLOEXEC | O_NOCTTY | O_LARGEFILE;
	unsigned int i;

	if (!(flags & HOST_O_WRITE))
		lx_flags |= O_RDONLY;
	else if (flags & HOST_O_READ)
		lx_flags |= O_RDWR;
	else
		lx_flags |= O_WRONLY;
	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (flags & map[i].host)
			lx_flags |= map[i].lx;
	return lx_openat(AT_FDCWD, path, lx_flags, mode);
}

void host_file_close(int fd)
{
	shared_clear(fd);
	lx_close(fd);
}

/*
 * Pipes and terminals can be opened again through /proc. The master of a pseudo terminal (device
 * 5:2) cannot: that would create a new pseudo terminal.
 */
static bool can_reopen(int fd, const struct stat *st)
{
	struct termios settings;

	if ((st->st_mode & S_IFMT) == S_IFIFO)
		return true;
	return (st->st_mode & S_IFMT) == S_IFCHR && st->st_rdev != (5 << 8 | 2) &&
	       lx_ioctl(fd, TCGETS, (long)&settings) == 0;
}

int host_file_inherit(int fd, bool write)
{
	int flags = lx_fcntl(fd, F_GETFL, 0);
	struct stat st;
	char path[32];
	int error, new_fd;

	if (flags < 0)
		return flags;
	if ((flags & O_ACCMODE) == (write ? O_RDONLY : O_WRONLY))
		return -EBADF;
	/* Inherited descriptors lack this flag; those that this process opened have it. */
	if (lx_fcntl(fd, F_GETFD, 0) & FD_CLOEXEC)
		return -EBADF;
	error = lx_fstat(fd, &st);
	if (error)
		return error;

	if (can_reopen(fd, &st)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		new_fd = lx_openat(AT_FDCWD, path, (write ? O_WRONLY : O_RDONLY) |
				   O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
		if (new_fd >= 0)
			return new_fd;
	}

	/* Use a number from 3 on, so that a closed standard descriptor stays closed. */
	new_fd = lx_fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (new_fd < 0 || (st.st_mode & S_IFMT) == S_IFREG)
		return new_fd;
	if (new_fd >= NR_SHARED_FDS) {
		lx_close(new_fd);
		return -EMFILE;
	}
	shared_set(new_fd);
	return new_fd;
}

ssize_t host_file_read(int fd, void *buf, size_t size)
{
	if (host_file_shared(fd) && !shared_ready(fd, POLLIN))
		return -EAGAIN;
	return lx_read(fd, buf, size);
}

ssize_t host_file_write(int fd, const void *buf, size_t size)
{
	if (host_file_shared(fd)) {
		if (!shared_ready(fd, POLLOUT))
			return -EAGAIN;
		if (size > SHARED_WRITE_MAX)
			size = SHARED_WRITE_MAX;
	}
	return lx_write(fd, buf, size);
}

/* Transfer all of @size at @offset; a read ends early at the end of the file. */
static ssize_t transfer(int fd, void *buf, size_t size, uint64_t offset, bool write)
{
	size_t done = 0;
	ssize_t ret;

	while (done < size) {
		ret = write ? lx_pwrite64(fd, buf + done, size - done, offset + done) :
			      lx_pread64(fd, buf + done, size - done, offset + done);
		if (ret < 0)
			return ret;
		if (ret == 0)
			return write ? -EIO : (ssize_t)done;
		done += ret;
	}
	return done;
}

ssize_t host_file_pread(int fd, void *buf, size_t size, uint64_t offset)
{
	return transfer(fd, buf, size, offset, false);
}

ssize_t host_file_pwrite(int fd, const void *buf, size_t size, uint64_t offset)
{
	return transfer(fd, (void *)buf, size, offset, true);
}

int host_file_size(int fd, uint64_t *size)
{
	struct stat st;
	uint64_t bytes;
	int error = lx_fstat(fd, &st);

	if (error)
		return error;
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		*size = st.st_size;
		return 0;
	case S_IFBLK:
		error = lx_ioctl(fd, BLKGETSIZE64, (long)&bytes);
		if (!error)
			*size = bytes;
		return error;
	case S_IFDIR:
		return -EISDIR;
	default:
		return -EINVAL;
	}
}

int host_file_end(int fd, uint64_t *end)
{
	int64_t at = lx_lseek(fd, 0, SEEK_END);

	if (at < 0)
		return at;
	*end = at;
	return 0;
}

int host_file_sync(int fd, bool data_only)
{
	return data_only ? lx_fdatasync(fd) : lx_fsync(fd);
}

int host_file_punch(int fd, uint64_t offset, uint64_t size)
{
	int error = lx_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, size);

	return error == -ENOSYS ? -EOPNOTSUPP : error;
}

/* The lock belongs to the open file, not the process, so two disks of one machine conflict. */
int host_file_lock(int fd, bool exclusive)
{
	struct flock lock = {
		.l_type = exclusive ? F_WRLCK : F_RDLCK,
		.l_whence = SEEK_SET,
	};
	int error = lx_fcntl(fd, F_OFD_SETLK, (long)&lock);

	return error == -EACCES ? -EAGAIN : error;
}

int host_file_next_data(int fd, uint64_t *start, uint64_t *end)
{
	int64_t data = lx_lseek(fd, *start, SEEK_DATA), hole;

	if (data == -ENXIO)
		return data;
	if (data < 0)
		return 0;	/* cannot tell: all of the file may be data */
	*start = data;
	hole = lx_lseek(fd, data, SEEK_HOLE);
	if (hole > data)
		*end = hole;
	return 0;
}

bool host_file_is_remote(int fd)
{
	/* NFS, FUSE, AFS, 9P, and the three magic numbers of SMB */
	static const uint32_t types[] = {
		0x6969, 0x65735546, 0x5346414f, 0x01021997, 0x517b, 0xff534d42, 0xfe534d42,
	};
	struct statfs st;
	unsigned int i;

	if (lx_fstatfs(fd, &st))
		return false;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((uint32_t)st.f_type == types[i])
			return true;
	return false;
}

int host_file_wait(int fd, bool write, uint64_t timeout)
{
	struct pollfd pollfd = { .fd = fd, .events = write ? POLLOUT : POLLIN };
	struct __kernel_timespec left = {
		.tv_sec = timeout / 1000000000,
		.tv_nsec = timeout % 1000000000,
	};
	int ret = LX_RETRY(lx_ppoll(&pollfd, 1, &left, NULL));

	if (ret <= 0)
		return ret ? ret : -EAGAIN;
	return 0;
}

/* ---- sockets ------------------------------------------------------------- */

/* Did an earlier machine leave the socket file behind? Then nobody listens on it. */
static bool socket_is_stale(const struct sockaddr_un *address)
{
	int fd = lx_socket(LX_AF_UNIX, LX_SOCK_STREAM | LX_SOCK_CLOEXEC | LX_SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return false;
	error = lx_connect(fd, address, sizeof(*address));
	lx_close(fd);
	return error == -ECONNREFUSED;
}

int host_socket_listen(const char *path)
{
	struct sockaddr_un address = { .sun_family = LX_AF_UNIX };
	size_t size = strlen(path);
	int fd, error;

	if (size >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, size);

	fd = lx_socket(LX_AF_UNIX, LX_SOCK_STREAM | LX_SOCK_CLOEXEC | LX_SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	/* A mode set before bind() becomes the new file's mode: access for the owner only. */
	error = lx_fchmod(fd, 0600);
	if (error)
		goto out_close;
	error = lx_bind(fd, &address, sizeof(address));
	if (error == -EADDRINUSE && socket_is_stale(&address)) {
		lx_unlinkat(AT_FDCWD, path, 0);
		error = lx_bind(fd, &address, sizeof(address));
	}
	if (error)
		goto out_close;
	error = lx_listen(fd, 1);
	if (error)
		goto out_close;
	return fd;

out_close:
	lx_close(fd);
	return error;
}

int host_file_unlink(const char *path)
{
	return lx_unlinkat(AT_FDCWD, path, 0);
}

int host_file_rename(const char *from, const char *to)
{
	return lx_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int host_file_link(const char *from, const char *to)
{
	return lx_linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int host_socket_accept(int fd)
{
	return lx_accept4(fd, NULL, NULL, LX_SOCK_CLOEXEC | LX_SOCK_NONBLOCK);
}

/* ---- pseudo terminals ---------------------------------------------------- */

int host_pty_open(char *name, size_t name_size)
{
	struct termios settings;
	int fd, other_fd, number, unlock = 0;
	int error;

	fd = lx_openat(AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	error = lx_ioctl(fd, TIOCSPTLCK, (long)&unlock);
	if (!error)
		error = lx_ioctl(fd, TIOCGPTN, (long)&number);
	if (error)
		goto out_close;

	/* The settings last as long as the master is open, even if the other end is closed. */
	other_fd = lx_ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (other_fd < 0) {
		error = other_fd;
		goto out_close;
	}
	error = lx_ioctl(other_fd, TCGETS, (long)&settings);
	if (!error) {
		host_term_make_raw(&settings);
		error = lx_ioctl(other_fd, TCSETS, (long)&settings);
	}
	lx_close(other_fd);
	if (error)
		goto out_close;
	snprintf(name, name_size, "/dev/pts/%d", number);
	return fd;

out_close:
	lx_close(fd);
	return error;
}

int host_pty_forget(int fd)
{
	struct pollfd pollfd = { .fd = fd };
	struct __kernel_timespec now = { 0 };
	int other_fd, error;

	if (lx_ppoll(&pollfd, 1, &now, NULL) != 1 || !(pollfd.revents & POLLHUP))
		return -EBUSY;
	other_fd = lx_ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (other_fd < 0)
		return other_fd;
	error = lx_ioctl(other_fd, TCFLSH, TCIFLUSH);
	lx_close(other_fd);
	return error;
}

/* ---- random source ------------------------------------------------------- */

ssize_t host_random(void *buf, size_t size)
{
	return lx_getrandom(buf, size, 0);
}
