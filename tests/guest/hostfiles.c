// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfiles.c - test hostfs as a file system: all that a program can do with files
 *
 * t6010-hostfs.sh starts the guest with hostfs=DIR and hostdir=DIR. With an argument the program
 * tests that folder instead, without mounting anything. So the claims can be tested on any file
 * system. This file is longer than 500 lines because its claims share one folder and its helpers.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include "tap.h"

#define FAILS(call, error, ...) ok((call) < 0 && errno == (error), __VA_ARGS__)

static char buf[1 << 16] __attribute__((aligned(4096)));

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return good;
}

static int has(const char *path, const char *text)
{
	int fd = open(path, O_RDONLY), size = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	close(fd);
	if (size < 0)
		return 0;
	buf[size] = 0;
	return !strcmp(buf, text);
}

static struct stat st_of(const char *path)
{
	struct stat st = { .st_mode = 0 };

	lstat(path, &st);
	return st;
}

static void contents(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0640);
	struct stat st;

	ok(fd >= 0, "a file can be made");
	FAILS(open("file", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST,
	      "O_EXCL rejects a file that exists");
	fstat(fd, &st);
	is(st.st_mode, S_IFREG | 0640, "a new file has the requested mode");
	is(st.st_uid, 0, "a new file belongs to root");
	is(write(fd, "hello world", 11), 11, "write() takes data");
	is(pwrite(fd, "W", 1, 6), 1, "pwrite() changes a byte in the middle");
	ok(pread(fd, buf, 100, 0) == 11 && !memcmp(buf, "hello World", 11),
	   "pread() returns the data");
	fstat(fd, &st);
	is(st.st_size, 11, "fstat shows the size of the data");
	is(ftruncate(fd, 5), 0, "ftruncate shortens a file");
	is(ftruncate(fd, 10), 0, "ftruncate extends a file");
	ok(pread(fd, buf, 100, 0) == 10 && !memcmp(buf, "hello\0\0\0\0\0", 10),
	   "an extended part reads as zeros");
	is(fsync(fd) | fdatasync(fd), 0, "fsync and fdatasync succeed");
	close(fd);

	fd = open("file", O_WRONLY | O_APPEND);
	write(fd, "123", 3);
	close(fd);
	is(st_of("file").st_size, 13, "a write with O_APPEND appends to the file");
	fd = open("file", O_WRONLY | O_TRUNC);
	is(st_of("file").st_size, 0, "O_TRUNC empties the file");
	close(fd);
	unlink("file");

	fd = open("closed", O_WRONLY | O_CREAT, 0000);
	is(write(fd, "x", 1), 1, "the maker of a file without permissions can write to it");
	is(close(fd), 0, "a file without permissions can be closed");
	is(chmod("closed", 0600), 0, "a file without permissions can get permissions");
	ok(has("closed", "x"), "a file with new permissions can be read");
	unlink("closed");
}

static void sizes(void)
{
	off_t far = 5000000000;
	char *block = aligned_alloc(4096, 1 << 20), *back = aligned_alloc(4096, 1 << 20);
	int fd = open("big", O_RDWR | O_CREAT, 0600), good = 1;

	is(pwrite(fd, "far", 3, far), 3, "a write beyond 4 GB succeeds");
	ok(pread(fd, buf, 10, far) == 3 && !memcmp(buf, "far", 3),
	   "a read beyond 4 GB returns the data");
	ok(pread(fd, buf, 10, far - 100) == 10 && !buf[0], "a hole reads as zeros");
	ftruncate(fd, 0);
	for (int i = 0; i < 1 << 20; i++)
		block[i] = i * 7 + (i >> 9);
	for (int i = 0; i < 16; i++)
		good &= pwrite(fd, block + i, (1 << 20) - 16, (off_t)i * 1000003) == (1 << 20) - 16;
	ok(good, "large unaligned writes succeed");
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	for (int i = 0; i < 16; i++)
		good &= pread(fd, back, 1000003 - 100, (off_t)i * 1000003) == 1000003 - 100 &&
			!memcmp(back, block + i, 1000003 - 100);
	ok(good, "large unaligned reads return the data");
	close(fd);

	fd = open("big", O_RDWR | O_DIRECT);
	ok(fd >= 0, "a file opens with O_DIRECT");
	is(pwrite(fd, block, 4096, 4096), 4096, "a file open with O_DIRECT can be written");
	ok(pread(fd, back, 4096, 4096) == 4096 && !memcmp(back, block, 4096),
	   "a read with O_DIRECT returns the data");
	close(fd);
	unlink("big");
	free(block);
	free(back);
}

/* Applies random operations to a file and to a model in memory; both must always agree. */
static void random_ops(void)
{
	enum { MAX = 300000, ROUNDS = 4000 };
	static unsigned char model[MAX], piece[65536];
	static const char *const names[] = { "write", "read", "direct read", "truncate",
					     "map and store", "map and load", "reopen" };
	int fd = open("random", O_RDWR | O_CREAT, 0600), round, wrong = -1;
	unsigned int seed = 20, size = 0;

	for (round = 0; round < ROUNDS && wrong < 0; round++) {
		unsigned int op = rand_r(&seed) % 16, at = rand_r(&seed) % (MAX - 65536),
			     len = 1 + rand_r(&seed) % (op & 8 ? 65535 : 9000);
		unsigned int in_file = at >= size ? 0 : size - at < len ? size - at : len;
		unsigned char *map;

		op %= 8;
		if (op == 0 || op == 7) {
			for (unsigned int i = 0; i < len; i++)
				model[at + i] = piece[i] = rand_r(&seed);
			if (pwrite(fd, piece, len, at) != (ssize_t)len)
				wrong = 0;
			size = at + len > size ? at + len : size;
		} else if (op == 1 || op == 2) {
			int direct = op == 2 ? open("random", O_RDONLY | O_DIRECT) : -1;

			if (op == 2)
				at &= ~4095, len = (len + 4095) & ~4095,
				in_file = at >= size ? 0 : size - at < len ? size - at : len;
			if (pread(op == 2 ? direct : fd, op == 2 ? (unsigned char *)buf : piece,
				  len, at) != (ssize_t)in_file ||
			    memcmp(op == 2 ? (unsigned char *)buf : piece, model + at, in_file))
				wrong = op;
			close(direct);
		} else if (op == 3) {
			if (ftruncate(fd, at))
				wrong = 3;
			if (at < size)
				memset(model + at, 0, MAX - at);
			size = at;
		} else if (op <= 5) {
			unsigned int base = at & ~4095;

			if (!in_file)
				continue;
			map = mmap(NULL, at - base + in_file, PROT_READ | PROT_WRITE, MAP_SHARED,
				   fd, base);
			if (op == 4)
				for (unsigned int i = 0; i < in_file; i++)
					model[at + i] = map[at - base + i] = rand_r(&seed);
			else if (memcmp(map + at - base, model + at, in_file))
				wrong = 5;
			munmap(map, at - base + in_file);
		} else {
			if (round % 3)
				fsync(fd);
			close(fd);
			fd = open("random", O_RDWR);
		}
		if (st_of("random").st_size != size)
			wrong = wrong < 0 ? 3 : wrong;
	}
	ok(wrong < 0, "%d random operations agree with a model (%s at %d)", ROUNDS,
	   wrong < 0 ? "none" : names[wrong], round);
	close(fd);
	unlink("random");
}

static void mappings(void)
{
	int fd = open("map", O_RDWR | O_CREAT, 0600);
	char *map, *private;

	ftruncate(fd, 10000);
	map = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ok(map != MAP_FAILED && private != MAP_FAILED, "a file can be mapped");
	memcpy(map + 5000, "shared", 6);
	ok(pread(fd, buf, 6, 5000) == 6 && !memcmp(buf, "shared", 6),
	   "read() shows a store through a mapping");
	pwrite(fd, "write", 5, 100);
	ok(!memcmp(map + 100, "write", 5), "a mapping shows a write()");
	memcpy(private + 200, "mine", 4);
	ok(pread(fd, buf, 4, 200) == 4 && !buf[0],
	   "read() does not show a store through a private mapping");
	map[10100] = 'x'; /* beyond the end of the file */
	is(msync(map, 12288, MS_SYNC), 0, "msync succeeds");
	pwrite(fd, "y", 1, 10200);
	ok(pread(fd, buf, 1, 10100) == 1 && !buf[0],
	   "bytes stored beyond the end stay invisible when the file grows");
	munmap(map, 12288);
	munmap(private, 12288);
	close(fd);
	fd = open("map", O_RDONLY | O_DIRECT);
	ok(pread(fd, buf, 4096, 4096) == 4096 && !memcmp(buf + 904, "shared", 6),
	   "a store is in the file after munmap");
	close(fd);

	fd = open("map", O_RDWR);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	unlink("map");
	map[0] = 'z';
	is(map[0], 'z', "a mapping survives close and unlink");
	munmap(map, 4096);
}

static void names(void)
{
	struct stat st;
	ino_t ino;
	int fd;

	put("a", "A");
	put("b", "B");
	ino = st_of("a").st_ino;
	is(rename("a", "c"), 0, "rename succeeds");
	FAILS(access("a", F_OK), ENOENT, "the old name is gone");
	is(st_of("c").st_ino, ino, "a renamed file keeps its inode number");
	FAILS(renameat2(AT_FDCWD, "c", AT_FDCWD, "b", RENAME_NOREPLACE), EEXIST,
	      "RENAME_NOREPLACE does not replace a file");
	is(renameat2(AT_FDCWD, "c", AT_FDCWD, "b", RENAME_EXCHANGE), 0, "RENAME_EXCHANGE succeeds");
	ok(has("b", "A") && has("c", "B"), "RENAME_EXCHANGE exchanges both files");
	fd = open("b", O_RDONLY);
	is(rename("c", "b"), 0, "rename can replace a file");
	ok(has("b", "B"), "the replaced name shows the new content");
	ok(pread(fd, buf, 1, 0) == 1 && buf[0] == 'A',
	   "an open descriptor still reads the replaced file");
	fstat(fd, &st);
	is(st.st_nlink, 0, "the replaced file has no links");
	close(fd);

	is(link("b", "d"), 0, "link() makes a second name");
	is(st_of("b").st_nlink, 2, "the link count includes both names");
	ok(put("d", "by the other name") && has("b", "by the other name"),
	   "both names show the same content");
	is(unlink("b"), 0, "one of two names can be removed");
	is(st_of("d").st_nlink, 1, "the other name remains");
	FAILS(link("d", "d"), EEXIST, "link() does not replace a file");

	fd = open("d", O_RDWR);
	unlink("d");
	FAILS(access("d", F_OK), ENOENT, "an open file can be unlinked");
	ok(pwrite(fd, "still", 5, 0) == 5 && pread(fd, buf, 5, 0) == 5 && !memcmp(buf, "still", 5),
	   "an unlinked file can still be written and read");
	is(fchmod(fd, 0600) | ftruncate(fd, 2), 0,
	   "an unlinked file can still be changed by descriptor");
	put("d", "new");
	ok(has("d", "new") && pread(fd, buf, 5, 0) == 2,
	   "a new file with the same name is a different file");
	close(fd);
	unlink("d");

	is(symlink("../some/where", "link"), 0, "a symbolic link can be made");
	ok(readlink("link", buf, 100) == 13 && !memcmp(buf, "../some/where", 13),
	   "readlink returns the target");
	FAILS(open("link", O_RDONLY | O_NOFOLLOW), ELOOP,
	      "O_NOFOLLOW does not follow a symbolic link");
	unlink("link");
	is(mknod("socket", S_IFSOCK | 0600, 0), 0, "a socket can be made");
	ok(S_ISSOCK(st_of("socket").st_mode), "stat reports a socket");
	unlink("socket");
	FAILS(mknod("dev", S_IFCHR | 0600, makedev(1, 3)), EPERM, "a device node cannot be made");
	memset(buf, 'n', 300);
	buf[300] = 0;
	FAILS(open(buf, O_RDONLY), ENAMETOOLONG, "300 letters are too long for a name");
}

static void directories(void)
{
	enum { NR = 3000 };
	static char seen[NR];
	struct dirent *entry;
	long half = 0;
	DIR *dir;
	int i, nr = 0, twice = 0, gone = 0;

	is(mkdir("dir", 0750), 0, "a directory can be made");
	is(st_of("dir").st_mode, S_IFDIR | 0750, "a new directory has the requested mode");
	FAILS(mkdir("dir", 0750), EEXIST, "mkdir rejects a directory that exists");
	FAILS(unlink("dir"), EISDIR, "unlink rejects a directory");
	is(chdir("dir"), 0, "a directory can be entered");
	for (i = 0; i < NR; i++) {
		sprintf(buf, "entry-%d", i);
		close(open(buf, O_CREAT | O_WRONLY, 0600));
	}
	dir = opendir(".");
	while ((entry = readdir(dir))) {
		if (sscanf(entry->d_name, "entry-%d", &i) != 1)
			continue;
		twice += seen[i]++;
		if (++nr == NR / 2)
			half = telldir(dir);
	}
	is(nr, NR, "readdir returns all entries");
	is(twice, 0, "readdir returns no entry twice");
	seekdir(dir, half);
	for (nr = 0; readdir(dir); nr++)
		;
	ok(nr >= NR / 2 && nr <= NR / 2 + 2, "seekdir returns to the position of telldir (%d)", nr);
	rewinddir(dir);
	while ((entry = readdir(dir)))
		gone += !strncmp(entry->d_name, "entry-", 6) && !unlink(entry->d_name);
	is(gone, NR, "entries can be removed while the directory is read");
	closedir(dir);
	chdir("..");
	is(rmdir("dir"), 0, "an empty directory can be removed");
	mkdir("full", 0700);
	put("full/file", "");
	FAILS(rmdir("full"), ENOTEMPTY, "a directory that is not empty cannot be removed");
	is(rename("full", "moved"), 0, "a directory with entries can be renamed");
	ok(!access("moved/file", F_OK) && access("full/file", F_OK),
	   "a renamed directory keeps its entries");
	mkdir("moved/sub", 0700);
	FAILS(rename("moved", "moved/sub/x"), EINVAL, "a directory cannot be moved into itself");
	unlink("moved/file");
	rmdir("moved/sub");
	rmdir("moved");

	for (i = 0; i < 100; i++)
		if (mkdir("deep-directory-name", 0700) || chdir("deep-directory-name"))
			break;
	is(i, 100, "a hundred levels can be entered");
	ok(put("bottom", "b") && has("bottom", "b"), "a file can be made a hundred levels deep");
	unlink("bottom");
	for (; i && !chdir("..") && !rmdir("deep-directory-name"); i--)
		;
	is(i, 0, "all hundred levels can be left and removed");
}

static void attributes(void)
{
	struct timespec times[2] = { { 1000000000, 123456789 }, { 1100000000, 987654321 } };
	struct stat st, before;
	struct statfs fs;
	time_t now = time(NULL);

	put("attr", "x");
	is(chmod("attr", 0711), 0, "chmod succeeds");
	is(st_of("attr").st_mode, S_IFREG | 0711, "stat shows the mode of chmod");
	is(utimensat(AT_FDCWD, "attr", times, 0), 0, "times can be set");
	st = st_of("attr");
	ok(st.st_atim.tv_sec == 1000000000 && st.st_atim.tv_nsec == 123456789 &&
	   st.st_mtim.tv_sec == 1100000000,
	   "stat shows the times that were set, to the nanosecond");
	is(utimensat(AT_FDCWD, "attr", NULL, 0), 0, "times can be set to the current time");
	ok(st_of("attr").st_mtime >= now - 5, "stat shows the current time");
	is(chown("attr", 0, 0), 0, "chown to root succeeds");
	FAILS(chown("attr", 12345, -1), EPERM, "chown to another user gives EPERM");
	before = st_of("attr");
	usleep(20000);
	ok(put("attr", "longer"), "a file with changed attributes can be written");
	st = st_of("attr");
	ok(st.st_mtim.tv_sec > before.st_mtim.tv_sec || st.st_mtim.tv_nsec > before.st_mtim.tv_nsec,
	   "a write changes the time of modification at once");
	is(statfs(".", &fs), 0, "statfs succeeds");
	ok(fs.f_blocks && fs.f_namelen >= 255, "statfs reports values of the host");
	unlink("attr");
}

static void extended_attributes(const char *path, const char *what)
{
	char value[64] = "", list[256] = "";

	if (setxattr(path, "user.umlab", "one", 3, XATTR_CREATE) < 0 && errno == EOPNOTSUPP) {
		skip("an extended attribute has its value", "the host's file system has none");
		return;
	}
	is(getxattr(path, "user.umlab", value, sizeof(value)), 3, what);
	ok(!strcmp(value, "one"), "an extended attribute has its value");
	is(getxattr(path, "user.umlab", NULL, 0), 3, "getxattr without a buffer returns the size");
	FAILS(getxattr(path, "user.umlab", value, 2), ERANGE,
	      "getxattr with a short buffer gives ERANGE");
	FAILS(setxattr(path, "user.umlab", "two", 3, XATTR_CREATE), EEXIST,
	      "XATTR_CREATE rejects an attribute that exists");
	is(setxattr(path, "user.umlab", "longer", 6, XATTR_REPLACE), 0,
	   "an extended attribute can be replaced");
	is(setxattr(path, "user.other", "", 0, 0), 0, "a second extended attribute can be set");
	is(listxattr(path, NULL, 0), 22, "listxattr without a buffer returns the size");
	is(listxattr(path, list, sizeof(list)), 22, "listxattr returns the list");
	ok(memmem(list, 22, "user.umlab", 11) && memmem(list, 22, "user.other", 11),
	   "the list names both attributes");
	FAILS(listxattr(path, list, 5), ERANGE, "listxattr with a short buffer gives ERANGE");
	is(removexattr(path, "user.umlab"), 0, "an extended attribute can be removed");
	FAILS(getxattr(path, "user.umlab", value, sizeof(value)), ENODATA,
	      "a removed attribute is gone");
	FAILS(removexattr(path, "user.umlab"), ENODATA,
	      "removing a missing attribute gives ENODATA");
	is(removexattr(path, "user.other"), 0, "the second attribute can be removed");
}

static int all_zero(const char *at, size_t size)
{
	return size == 0 || (!*at && !memcmp(at, at + 1, size - 1));
}

static void allocation(void)
{
	int fd = open("space", O_RDWR | O_CREAT | O_TRUNC, 0600), other;
	char *map;

	memset(buf, 'x', sizeof(buf));
	write(fd, buf, 20000);
	if (fallocate(fd, 0, 0, 300000) < 0 && errno == EOPNOTSUPP) {
		skip("fallocate makes a file longer", "the host's file system cannot");
		goto out;
	}
	is(st_of("space").st_size, 300000, "fallocate makes a file longer");
	is(fallocate(fd, FALLOC_FL_KEEP_SIZE, 300000, 100000), 0, "FALLOC_FL_KEEP_SIZE succeeds");
	is(st_of("space").st_size, 300000, "FALLOC_FL_KEEP_SIZE keeps the size of the file");
	ok(st_of("space").st_blocks >= 400000 / 512,
	   "the file occupies the allocated space (%ld blocks)",
	   (long)st_of("space").st_blocks);
	is(pread(fd, buf, 30000, 10000), 30000, "the allocated part can be read");
	ok(buf[0] == 'x' && buf[9999] == 'x' && all_zero(buf + 10000, 20000),
	   "the allocated part reads as zeros");
	map = mmap(NULL, 20000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(map, 'm', 20000);
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 5000, 10000) == 0) {
		ok(map[4999] == 'm' && all_zero(map + 5000, 10000) && map[15000] == 'm',
		   "a mapping shows a punched hole at once");
		other = open("space", O_RDONLY);
		is(pread(other, buf, 20000, 0), 20000, "another descriptor can be read");
		ok(buf[4999] == 'm' && all_zero(buf + 5000, 10000) && buf[15000] == 'm',
		   "another descriptor shows the hole and the stores around it");
		close(other);
	} else {
		skip("a hole can be punched", "the host's file system cannot");
	}
	munmap(map, 20000);
	FAILS(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096), EOPNOTSUPP,
	      "fallocate rejects other modes");
out:
	close(fd);
	unlink("space");
}

static void unnamed_files(void)
{
	int fd = open(".", O_TMPFILE | O_RDWR,
		      0640), dir_fd = open(".", O_RDONLY | O_DIRECTORY), entries = 0;
	char path[64];
	struct stat st;

	if (fd < 0 && errno == EOPNOTSUPP) {
		skip("O_TMPFILE makes a file without a name", "the host's file system cannot");
		return;
	}
	ok(fd >= 0, "O_TMPFILE makes a file without a name");
	is(write(fd, "hidden", 6), 6, "a file without a name can be written");
	is(pread(fd, buf, 100, 0), 6, "a file without a name can be read");
	fstat(fd, &st);
	ok(st.st_nlink == 0 && st.st_size == 6 && (st.st_mode & 07777) == 0640,
	   "a file without a name has a size, a mode and no link");
	for (long size; (size = syscall(SYS_getdents64, dir_fd, buf, sizeof(buf))) > 0; )
		for (long at = 0; at < size; at += *(unsigned short *)(buf + at + 16))
			entries++;
	is(entries, 2, "the folder does not list a file without a name");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	is(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0,
	   "linkat gives the file a name");
	is(st_of("named").st_nlink, 1, "the new name counts as a link");
	is(write(fd, " no more", 8), 8, "the file can be written after linkat");
	close(fd);
	ok(has("named", "hidden no more"), "the new name shows the written data");
	unlink("named");
	fd = open(".", O_TMPFILE | O_WRONLY | O_EXCL, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	FAILS(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), ENOENT,
	      "linkat rejects a file made with O_EXCL");
	close(fd);
	close(dir_fd);
}

static void syncing(void)
{
	int fd = open("durable", O_RDWR | O_CREAT, 0600);
	int dir_fd = open(".", O_RDONLY | O_DIRECTORY);

	write(fd, "x", 1);
	is(fsync(fd), 0, "fsync of a file succeeds");
	is(fdatasync(fd), 0, "fdatasync succeeds");
	is(fsync(dir_fd), 0, "fsync of a directory succeeds");
	is(syncfs(fd), 0, "syncfs succeeds");
	close(fd);
	close(dir_fd);
	unlink("durable");
}

static void many_open(void)
{
	enum { NR = 900 };
	int fds[NR], i, good = 1;

	for (i = 0; i < NR; i++) {
		sprintf(buf, "many-%d", i);
		fds[i] = open(buf, O_CREAT | O_RDWR, 0600);
		if (fds[i] < 0)
			break;
		pwrite(fds[i], &i, sizeof(i), 0);
	}
	is(i, NR, "900 files can be open at once");
	for (i = 0; i < NR; i++) {
		int got = -1;

		good &= pread(fds[i], &got, sizeof(got), 0) == sizeof(got) && got == i;
		sprintf(buf, "many-%d", i);
		good &= !unlink(buf);
		close(fds[i]);
	}
	ok(good, "each of 900 files has its own content");
}

static void programs(void)
{
	int in = open("/proc/self/exe", O_RDONLY), out = open("program", O_CREAT | O_WRONLY,
							      0755), size, status;

	while ((size = read(in, buf, sizeof(buf))) > 0)
		write(out, buf, size);
	FAILS(execl("program", "program", NULL), ETXTBSY,
	      "a program open for writing does not run");
	close(in);
	close(out);
	if (!fork()) {
		execl("program", "program", "--run", NULL);
		_exit(1);
	}
	wait(&status);
	is(status, 42 << 8, "a program runs from hostfs");
	unlink("program");
}

static void locks(void)
{
	int a = open("lock", O_CREAT | O_RDWR, 0600), b = open("lock", O_RDWR);

	is(flock(a, LOCK_EX | LOCK_NB), 0, "flock succeeds");
	FAILS(flock(b, LOCK_EX | LOCK_NB), EWOULDBLOCK, "flock excludes another descriptor");
	close(a);
	close(b);
	unlink("lock");
}

static int mount_dir(const char *dir, const char *rest, const char *at)
{
	char option[4200];

	mkdir(at, 0700);
	snprintf(option, sizeof(option), "%s%s", dir, rest);
	return mount("none", at, "hostfs", 0, option);
}

/* Mounts through the file descriptor API, as newer mount programs do. */
static void mount_by_parts(const char *dir)
{
	int fs = syscall(SYS_fsopen, "hostfs", 0), fd;

	ok(!syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, dir, NULL, 0) &&
	   !syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0),
	   "fsopen accepts the folder as a flag");
	fd = syscall(SYS_fsmount, fs, 0, 0);
	ok(fd >= 0 && !faccessat(fd, "sub/below", F_OK, 0), "fsmount mounts the folder");
	close(fd);
	close(fs);
	fs = syscall(SYS_fsopen, "hostfs", 0);
	ok(!syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", dir, 0) &&
	   !syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0),
	   "fsopen accepts the folder as the source");
	close(fs);
}

/* Checks the files and links that t6010-hostfs.sh made in the host's folder. */
static void confinement(const char *dir)
{
	static const char *const ways[] = { "/..", "/../..", "/to-root", "/to-parent", "-outside",
					    "/sub/../.." };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		ok(mount_dir(dir, ways[i], "/tmp/out") < 0, "DIR%s cannot be mounted", ways[i]);
	ok(mount_dir("/", "", "/tmp/out") < 0, "the host's / cannot be mounted");
	ok(mount_dir("/etc", "", "/tmp/out") < 0, "the host's /etc cannot be mounted");
	mount_by_parts(dir);
	is(mount_dir(dir, "/sub", "/tmp/sub"), 0, "a folder below the root can be mounted");
	ok(has("/tmp/sub/below", "below\n"), "that mount shows the right folder");
	FAILS(open("/tmp/sub/../hidden", O_RDONLY), ENOENT,
	      ".. of the mount leads to the guest's folder");
	umount("/tmp/sub");

	ok(!has("/tmp/host/to-secret", "secret\n"), "an absolute link does not lead out");
	ok(!has("/tmp/host/to-secret-relative", "secret\n"), "a relative link does not lead out");
	ok(!has("/tmp/host/to-parent/secret", "secret\n"),
	   "a link to the parent folder does not lead out");
	ok(!has("/tmp/host/to-proc/secret", "secret\n"),
	   "a link through the host's /proc does not lead out");
	mkdir("/tmp/guest", 0700);
	put("/tmp/guest/own", "guest's own");
	symlink("/tmp/guest/own", "/tmp/host/absolute");
	ok(has("/tmp/host/absolute", "guest's own"), "an absolute link leads into the guest");
	unlink("/tmp/host/absolute");
	ok(chmod("/tmp/host/to-secret", 0777) < 0, "chmod through a link does not reach the host");

	is(mount_dir(dir, ",ro", "/tmp/ro") < 0 && errno == EBUSY, 1,
	   "the same folder is not mounted with and without ro");
	is(mount_dir(dir, "-ro", "/tmp/ro"), 0,
	   "a folder that the command line calls ro can be mounted");
	FAILS(open("/tmp/ro/new", O_CREAT | O_WRONLY, 0600), EROFS,
	      "no file can be made in a folder marked ro");
	FAILS(mount("none", "/tmp/ro", NULL, MS_REMOUNT, NULL), EROFS,
	      "a folder marked ro cannot be remounted writable");
	ok(has("/tmp/ro/file", "readable\n"), "a file in a folder marked ro can be read");
	umount("/tmp/ro");
}

int main(int argc, char **argv)
{
	const char *dir = argv[1];

	if (argc > 1 && !strcmp(argv[1], "--run"))
		return 42;
	umask(0);
	if (!dir) {
		dir = boot_option("hostdir");
		if (!dir) {
			skip("a folder of the host can be mounted",
			     "no hostdir= on the command line");
			return tap_done();
		}
		if (!is(mount_dir(dir, "", "/tmp/host"), 0, "a folder of the host can be mounted"))
			return tap_done();
		confinement(dir);
		dir = "/tmp/host/work";
	}
	if (mkdir(dir, 0700) && errno != EEXIST)
		bail("cannot make %s", dir);
	if (chdir(dir))
		bail("cannot enter %s", dir);
	contents();
	sizes();
	random_ops();
	mappings();
	names();
	directories();
	attributes();
	mkdir("folder", 0700);
	put("attributed", "x");
	extended_attributes("attributed", "a file has an extended attribute");
	extended_attributes("folder", "a folder has an extended attribute");
	rmdir("folder"), unlink("attributed");
	allocation();
	unnamed_files();
	syncing();
	many_open();
	programs();
	locks();
	chdir("/");
	is(rmdir(dir), 0, "the test folder is empty and can be removed");
	if (!argv[1])
		is(umount("/tmp/host"), 0, "the folder can be unmounted");
	return tap_done();
}
