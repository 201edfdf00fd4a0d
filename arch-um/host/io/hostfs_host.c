// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_host.c - access folders of the host for the guest's hostfs
 *
 * Implements the "host file system" section of um/host.h. The hostfs driver calls these functions
 * in task context on the machine's thread in the kernel process.
 *
 * Confinement. Every call names its file by a descriptor and one component. This file checks the
 * component and tells the host not to follow symbolic links. Where the host has no flag for that
 * (chmod before Linux 6.6), the object is opened first and then named by its descriptor. Only two
 * calls take whole paths: host_fs_open_root(), for a folder that the user named, and
 * host_fs_open_beneath(), which has the host refuse every path out of the root (openat2). On hosts
 * without openat2, host_fs_open_beneath() opens one component after the other.
 */
#include <um/host.h>
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_process.h"

/* O_NONBLOCK: if a FIFO has replaced the file, do not wait for its writer. */
#define OPEN_FLAGS (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_LARGEFILE)
#define HANDLE_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)

_Static_assert(HOST_TIME_NOW == (1L << 30) - 1 && HOST_TIME_KEEP == (1L << 30) - 2,
	       "values of utimensat(2)");
_Static_assert(offsetof(struct host_dirent, next) == offsetof(struct lx_dirent64, off) &&
	       offsetof(struct host_dirent, size) == offsetof(struct lx_dirent64, reclen) &&
	       offsetof(struct host_dirent, type) == offsetof(struct lx_dirent64, type) &&
	       offsetof(struct host_dirent, name) == offsetof(struct lx_dirent64, name),
	       "records go to the kernel as getdents64 wrote them");

/* Is this one component that stays in its directory? "" and "." are allowed. */
static bool name_ok(const char *name)
{
	const char *s;

	for (s = name; *s; s++)
		if (*s == '/')
			return false;
	return strcmp(name, "..") != 0;
}

/* Flags that keep a call from following a link, or make "" mean the descriptor itself. */
static int at_flags(const char *name)
{
	return *name ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH;
}

/* ---- opening -------------------------------------------------------------- */

int host_fs_open_root(const char *path)
{
	return lx_openat(AT_FDCWD, path, HANDLE_FLAGS, 0);
}

/* For hosts without openat2: open one component after the other and refuse links. */
static int open_stepwise(int root_fd, const char *path)
{
	char name[256];
	int fd = lx_openat(root_fd, ".", HANDLE_FLAGS, 0), next;
	size_t size;

	while (fd >= 0 && *path) {
		for (size = 0; path[size] && path[size] != '/'; size++)
			;
		if (size >= sizeof(name)) {
			lx_close(fd);
			return -ENAMETOOLONG;
		}
		memcpy(name, path, size);
		name[size] = 0;
		path += size + (path[size] == '/');
		if (!size)
			continue;
		next = strcmp(name, "..") ? lx_openat(fd, name, HANDLE_FLAGS | O_NOFOLLOW, 0) :
					    -EXDEV;
		lx_close(fd);
		fd = next;
	}
	return fd;
}

int host_fs_open_beneath(int root_fd, const char *path)
{
	struct open_how how = {
		.flags = HANDLE_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = lx_openat2(root_fd, *path ? path : ".", &how);

	/* In old containers, calls that the container's filter does not know fail with -EPERM. */
	if (fd == -ENOSYS || fd == -EPERM)
		fd = open_stepwise(root_fd, path);
	return fd;
}

int host_fs_open(int fd, const char *name, unsigned int flags, unsigned int mode)
{
	int lx_flags = OPEN_FLAGS;
	unsigned int mask;

	if (!name_ok(name))
		return -EINVAL;
	if (!(flags & HOST_O_WRITE))
		lx_flags |= O_RDONLY;
	else
		lx_flags |= flags & HOST_O_READ ? O_RDWR : O_WRONLY;
	if (flags & HOST_O_DIRECTORY)
		lx_flags |= O_DIRECTORY;
	if (!(flags & (HOST_O_CREATE | HOST_O_UNNAMED)))
		return lx_openat(fd, name, lx_flags, 0);

	/* The guest has applied its own umask already, so apply none here. */
	lx_flags |= flags & HOST_O_UNNAMED ? O_TMPFILE : O_CREAT | O_EXCL;
	mask = lx_umask(0);
	fd = lx_openat(fd, name, lx_flags, mode);
	lx_umask(mask);
	return fd;
}

/* ---- names ---------------------------------------------------------------- */

int host_fs_make(int fd, const char *name, unsigned int mode)
{
	unsigned int mask;
	int error;

	if (!name_ok(name))
		return -EINVAL;
	mask = lx_umask(0);
	switch (mode & S_IFMT) {
	case S_IFDIR:
		error = lx_mkdirat(fd, name, mode & 07777);
		break;
	case S_IFIFO:
	case S_IFSOCK:
		error = lx_mknodat(fd, name, mode, 0);
		break;
	default:
		error = -EPERM;
	}
	lx_umask(mask);
	return error;
}

int host_fs_symlink(int fd, const char *name, const char *target)
{
	return name_ok(name) ? lx_symlinkat(target, fd, name) : -EINVAL;
}

int host_fs_link(int from_fd, const char *from, int to_fd, const char *to)
{
	char path[32];
	int error;

	if (!name_ok(from) || !name_ok(to))
		return -EINVAL;
	error = lx_linkat(from_fd, from, to_fd, to, *from ? 0 : AT_EMPTY_PATH);
	if (*from || error != -ENOENT)
		return error;
	/* Before Linux 6.10, AT_EMPTY_PATH needed a capability. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", from_fd);
	return lx_linkat(AT_FDCWD, path, to_fd, to, AT_SYMLINK_FOLLOW);
}

int host_fs_remove(int fd, const char *name, bool directory)
{
	return name_ok(name) ? lx_unlinkat(fd, name, directory ? AT_REMOVEDIR : 0) : -EINVAL;
}

int host_fs_rename(int from_fd, const char *from, int to_fd, const char *to,
		   unsigned int flags)
{
	if (!name_ok(from) || !name_ok(to))
		return -EINVAL;
	return lx_renameat2(from_fd, from, to_fd, to, flags);
}

ssize_t host_fs_readlink(int fd, const char *name, char *buf, size_t size)
{
	return name_ok(name) ? lx_readlinkat(fd, name, buf, size) : -EINVAL;
}

ssize_t host_fs_readdir(int fd, int64_t position, void *buf, size_t size)
{
	int64_t at;

	if (position >= 0) {
		at = lx_lseek(fd, position, SEEK_SET);
		if (at < 0)
			return at;
	}
	return lx_getdents64(fd, buf, size);
}

/* ---- attributes ----------------------------------------------------------- */

static struct host_timestamp timestamp(const struct statx_timestamp *time)
{
	return (struct host_timestamp) { .sec = time->tv_sec, .nsec = time->tv_nsec };
}

int host_fs_stat(int fd, const char *name, struct host_stat *st)
{
	struct statx stx;
	int error;

	if (!name_ok(name))
		return -EINVAL;
	error = lx_statx(fd, name, at_flags(name) | AT_NO_AUTOMOUNT,
			 STATX_BASIC_STATS | STATX_BTIME, &stx);
	if (error)
		return error;
	*st = (struct host_stat) {
		.dev = (uint64_t)stx.stx_dev_major << 32 | stx.stx_dev_minor,
		.ino = stx.stx_ino,
		.atime = timestamp(&stx.stx_atime),
		.mtime = timestamp(&stx.stx_mtime),
		.ctime = timestamp(&stx.stx_ctime),
		.mode = stx.stx_mode,
		.nlink = stx.stx_nlink,
		.uid = stx.stx_uid,
		.gid = stx.stx_gid,
		.rdev_major = stx.stx_rdev_major,
		.rdev_minor = stx.stx_rdev_minor,
		.size = stx.stx_size,
		.blocks = stx.stx_blocks,
		.block_size = stx.stx_blksize,
	};
	if (stx.stx_mask & STATX_BTIME)
		st->btime = timestamp(&stx.stx_btime);
	return 0;
}

int host_fs_statfs(int fd, struct host_statfs *result)
{
	struct statfs st;
	int error = lx_fstatfs(fd, &st);

	if (error)
		return error;
	*result = (struct host_statfs) {
		.block_size = st.f_bsize,
		.fragment_size = st.f_frsize,
		.blocks = st.f_blocks,
		.free = st.f_bfree,
		.available = st.f_bavail,
		.files = st.f_files,
		.files_free = st.f_ffree,
		.name_size = st.f_namelen,
	};
	return 0;
}

/* chmod() where the host's call follows links: open the object, then name its descriptor. */
static int chmod_pinned(int dir_fd, const char *name, unsigned int mode)
{
	int fd = lx_openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
	char path[32];
	struct stat st;
	int error;

	if (fd < 0)
		return fd;
	error = lx_fstat(fd, &st);
	if (!error && (st.st_mode & S_IFMT) == S_IFLNK)
		error = -EOPNOTSUPP;
	if (!error) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		error = lx_fchmodat(AT_FDCWD, path, mode);
	}
	lx_close(fd);
	if (error != -ENOENT)
		return error;

	/* Without /proc, open the file for reading and change it through that descriptor. */
	fd = lx_openat(dir_fd, name, O_RDONLY | OPEN_FLAGS, 0);
	if (fd < 0)
		return fd;
	error = lx_fchmod(fd, mode);
	lx_close(fd);
	return error;
}

int host_fs_chmod(int fd, const char *name, unsigned int mode)
{
	int error;

	if (!name_ok(name))
		return -EINVAL;
	if (!*name)
		return lx_fchmod(fd, mode);
	error = lx_fchmodat2(fd, name, mode, AT_SYMLINK_NOFOLLOW);
	if (error == -ENOSYS || error == -EPERM)
		error = chmod_pinned(fd, name, mode);
	return error;
}

int host_fs_chown(int fd, const char *name, uint32_t uid, uint32_t gid)
{
	return name_ok(name) ? lx_fchownat(fd, name, uid, gid, at_flags(name)) : -EINVAL;
}

int host_fs_utimes(int fd, const char *name, const struct host_timestamp *atime,
		   const struct host_timestamp *mtime)
{
	struct __kernel_timespec times[2] = {
		{ .tv_sec = atime->sec, .tv_nsec = atime->nsec },
		{ .tv_sec = mtime->sec, .tv_nsec = mtime->nsec },
	};

	if (!name_ok(name))
		return -EINVAL;
	return *name ? lx_utimensat(fd, name, times, AT_SYMLINK_NOFOLLOW) :
		       lx_utimensat(fd, NULL, times, 0);
}

int host_fs_truncate(int fd, uint64_t size)
{
	return lx_ftruncate(fd, size);
}

int host_fs_allocate(int fd, int mode, uint64_t offset, uint64_t size)
{
	return lx_fallocate(fd, mode, offset, size);
}

int host_fs_sync(int fd)
{
	int dir_fd = lx_openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	int error;

	if (dir_fd < 0)
		return dir_fd;
	error = lx_syncfs(dir_fd);
	lx_close(dir_fd);
	return error;
}

/* ---- extended attributes --------------------------------------------------- */

ssize_t host_fs_xattr_get(int fd, const char *name, void *value, size_t size)
{
	return lx_fgetxattr(fd, name, value, size);
}

ssize_t host_fs_xattr_list(int fd, char *list, size_t size)
{
	return lx_flistxattr(fd, list, size);
}

int host_fs_xattr_set(int fd, const char *name, const void *value, size_t size, int flags)
{
	return value ? lx_fsetxattr(fd, name, value, size, flags) : lx_fremovexattr(fd, name);
}

/* ---- this process ---------------------------------------------------------- */

void host_fs_owner(uint32_t *uid, uint32_t *gid)
{
	*uid = lx_geteuid();
	*gid = lx_getegid();
}

unsigned int host_fs_max_descriptors(void)
{
	struct rlimit64 limit;

	if (lx_prlimit64(0, RLIMIT_NOFILE, NULL, &limit))
		return 256;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		lx_prlimit64(0, RLIMIT_NOFILE, &limit, NULL);
		lx_prlimit64(0, RLIMIT_NOFILE, NULL, &limit);
	}
	return limit.rlim_cur < 1048576 ? limit.rlim_cur : 1048576;
}
