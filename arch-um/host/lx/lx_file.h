/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_file.h - open, read and change files, descriptors, names and attributes
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_FILE_H
#define UM_LX_FILE_H

#include "lx/lx_call.h"
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <linux/time_types.h>
#include <linux/uio.h>
#include <asm/ioctls.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/termios.h>

struct lx_dirent64 {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};
_Static_assert(offsetof(struct lx_dirent64, name) == 19, "layout that getdents64 writes");

static inline int lx_openat(int dir_fd, const char *path, int flags, unsigned int mode)
{
	return LX_RETRY(lx_syscall4(__NR_openat, dir_fd, (long)path, flags, mode));
}

static inline int lx_openat2(int dir_fd, const char *path, const struct open_how *how)
{
	return LX_RETRY(lx_syscall4(__NR_openat2, dir_fd, (long)path, (long)how, sizeof(*how)));
}

/* Never repeated: the descriptor is closed even if the call returns -EINTR. */
static inline int lx_close(int fd)
{
	return lx_syscall1(__NR_close, fd);
}

static inline int lx_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	return lx_syscall3(__NR_close_range, first, last, flags);
}

static inline ssize_t lx_read(int fd, void *buf, size_t size)
{
	return LX_RETRY(lx_syscall3(__NR_read, fd, (long)buf, size));
}

static inline ssize_t lx_write(int fd, const void *buf, size_t size)
{
	return LX_RETRY(lx_syscall3(__NR_write, fd, (long)buf, size));
}

static inline ssize_t lx_pread64(int fd, void *buf, size_t size, uint64_t offset)
{
	return LX_RETRY(lx_syscall4(__NR_pread64, fd, (long)buf, size, offset));
}

static inline ssize_t lx_pwrite64(int fd, const void *buf, size_t size, uint64_t offset)
{
	return LX_RETRY(lx_syscall4(__NR_pwrite64, fd, (long)buf, size, offset));
}

static inline ssize_t lx_readv(int fd, const struct iovec *iov, int nr_iov)
{
	return LX_RETRY(lx_syscall3(__NR_readv, fd, (long)iov, nr_iov));
}

static inline ssize_t lx_writev(int fd, const struct iovec *iov, int nr_iov)
{
	return LX_RETRY(lx_syscall3(__NR_writev, fd, (long)iov, nr_iov));
}

/* The host takes the offset as a low and a high word; on x86-64 the low word holds all of it. */
static inline ssize_t lx_preadv(int fd, const struct iovec *iov, int nr_iov, uint64_t offset)
{
	return LX_RETRY(lx_syscall5(__NR_preadv, fd, (long)iov, nr_iov, offset, 0));
}

static inline ssize_t lx_pwritev(int fd, const struct iovec *iov, int nr_iov, uint64_t offset)
{
	return LX_RETRY(lx_syscall5(__NR_pwritev, fd, (long)iov, nr_iov, offset, 0));
}

static inline int64_t lx_lseek(int fd, int64_t offset, int whence)
{
	return lx_syscall3(__NR_lseek, fd, offset, whence);
}

static inline int lx_ftruncate(int fd, uint64_t size)
{
	return LX_RETRY(lx_syscall2(__NR_ftruncate, fd, size));
}

static inline int lx_fallocate(int fd, int mode, uint64_t offset, uint64_t size)
{
	return LX_RETRY(lx_syscall4(__NR_fallocate, fd, mode, offset, size));
}

static inline int lx_fsync(int fd)
{
	return LX_RETRY(lx_syscall1(__NR_fsync, fd));
}

static inline int lx_fdatasync(int fd)
{
	return LX_RETRY(lx_syscall1(__NR_fdatasync, fd));
}

static inline int lx_fstat(int fd, struct stat *st)
{
	return lx_syscall2(__NR_fstat, fd, (long)st);
}

static inline int lx_fchmod(int fd, unsigned int mode)
{
	return lx_syscall2(__NR_fchmod, fd, mode);
}

static inline int lx_statx(int dir_fd, const char *path, int flags, unsigned int mask,
			   struct statx *stx)
{
	return LX_RETRY(lx_syscall5(__NR_statx, dir_fd, (long)path, flags, mask, (long)stx));
}

static inline int lx_fcntl(int fd, int command, unsigned long arg)
{
	return lx_syscall3(__NR_fcntl, fd, command, arg);
}

static inline int lx_ioctl(int fd, unsigned int request, unsigned long arg)
{
	return LX_RETRY(lx_syscall3(__NR_ioctl, fd, request, arg));
}

static inline int lx_dup3(int fd, int new_fd, int flags)
{
	return lx_syscall3(__NR_dup3, fd, new_fd, flags);
}

static inline int lx_pipe2(int fds[2], int flags)
{
	return lx_syscall2(__NR_pipe2, (long)fds, flags);
}

static inline ssize_t lx_getdents64(int fd, void *buf, size_t size)
{
	return lx_syscall3(__NR_getdents64, fd, (long)buf, size);
}

static inline ssize_t lx_readlinkat(int dir_fd, const char *path, char *buf, size_t size)
{
	return lx_syscall4(__NR_readlinkat, dir_fd, (long)path, (long)buf, size);
}

static inline int lx_faccessat(int dir_fd, const char *path, int mode)
{
	return lx_syscall3(__NR_faccessat, dir_fd, (long)path, mode);
}

static inline int lx_unlinkat(int dir_fd, const char *path, int flags)
{
	return lx_syscall3(__NR_unlinkat, dir_fd, (long)path, flags);
}

/* May return -EAGAIN with RWF_NOWAIT. */
static inline ssize_t lx_preadv2(int fd, const struct iovec *iov, int nr_iov, uint64_t offset,
				 int flags)
{
	return LX_RETRY(lx_syscall6(__NR_preadv2, fd, (long)iov, nr_iov, offset, 0, flags));
}

static inline int lx_mkdirat(int dir_fd, const char *path, unsigned int mode)
{
	return lx_syscall3(__NR_mkdirat, dir_fd, (long)path, mode);
}

static inline int lx_mknodat(int dir_fd, const char *path, unsigned int mode, unsigned int dev)
{
	return lx_syscall4(__NR_mknodat, dir_fd, (long)path, mode, dev);
}

static inline int lx_symlinkat(const char *target, int dir_fd, const char *path)
{
	return lx_syscall3(__NR_symlinkat, (long)target, dir_fd, (long)path);
}

static inline int lx_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	return lx_syscall5(__NR_linkat, from_fd, (long)from, to_fd, (long)to, flags);
}

static inline int lx_renameat2(int from_fd, const char *from, int to_fd, const char *to,
			       unsigned int flags)
{
	return lx_syscall5(__NR_renameat2, from_fd, (long)from, to_fd, (long)to, flags);
}

/* Follows a symbolic link at the end of @path. */
static inline int lx_fchmodat(int dir_fd, const char *path, unsigned int mode)
{
	return lx_syscall3(__NR_fchmodat, dir_fd, (long)path, mode);
}

/* Exists since Linux 6.6. */
static inline int lx_fchmodat2(int dir_fd, const char *path, unsigned int mode, int flags)
{
	return lx_syscall4(__NR_fchmodat2, dir_fd, (long)path, mode, flags);
}

static inline int lx_fchownat(int dir_fd, const char *path, unsigned int uid, unsigned int gid,
			      int flags)
{
	return lx_syscall5(__NR_fchownat, dir_fd, (long)path, uid, gid, flags);
}

/* If @path is NULL, the call changes the file of @dir_fd. */
static inline int lx_utimensat(int dir_fd, const char *path,
			       const struct __kernel_timespec times[2], int flags)
{
	return lx_syscall4(__NR_utimensat, dir_fd, (long)path, (long)times, flags);
}

static inline int lx_fstatfs(int fd, struct statfs *st)
{
	return LX_RETRY(lx_syscall2(__NR_fstatfs, fd, (long)st));
}

static inline int lx_syncfs(int fd)
{
	return lx_syscall1(__NR_syncfs, fd);
}

static inline ssize_t lx_fgetxattr(int fd, const char *name, void *value, size_t size)
{
	return lx_syscall4(__NR_fgetxattr, fd, (long)name, (long)value, size);
}

static inline int lx_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	return lx_syscall5(__NR_fsetxattr, fd, (long)name, (long)value, size, flags);
}

static inline int lx_fremovexattr(int fd, const char *name)
{
	return lx_syscall2(__NR_fremovexattr, fd, (long)name);
}

static inline ssize_t lx_flistxattr(int fd, char *list, size_t size)
{
	return lx_syscall3(__NR_flistxattr, fd, (long)list, size);
}

static inline unsigned int lx_umask(unsigned int mask)
{
	return lx_syscall1(__NR_umask, mask);
}

#endif /* UM_LX_FILE_H */
