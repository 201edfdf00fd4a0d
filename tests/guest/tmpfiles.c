// SPDX-License-Identifier: GPL-2.0-only
/*
 * tmpfiles.c - test file calls on a tmpfs: names, sizes, holes, locks, directories, metadata
 *
 * t4020-files.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "tap.h"

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void contents(void)
{
	static char out[300000], in[300000];
	struct stat data;
	int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0640), bad = 0;

	ok(fd >= 0, "open with O_CREAT creates a file");
	ok(open("file", O_RDWR | O_CREAT | O_EXCL, 0640) == -1 && errno == EEXIST,
	   "O_EXCL rejects a file that exists");
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = i * 31 + (i >> 11);
	for (size_t at = 0, step = 1; at < sizeof(out); at += step, step = step * 3 % 7919 + 1) {
		if (step > sizeof(out) - at)
			step = sizeof(out) - at;
		bad += pwrite(fd, out + at, step, at) != (ssize_t)step;
	}
	is(bad, 0, "writes of odd sizes succeed");
	ok(pread(fd, in, sizeof(in), 0) == sizeof(in) && !memcmp(in, out, sizeof(in)),
	   "one read returns what many writes wrote");
	struct iovec parts[3] = { { in, 7 }, { in + 7, 4089 }, { in + 4096, 100000 } };

	memset(in, 0, sizeof(in));
	ok(preadv(fd, parts, 3, 0) == 104096 && !memcmp(in, out, 104096),
	   "preadv fills three buffers");
	ftruncate(fd, 5000);
	fstat(fd, &data);
	is(data.st_size, 5000, "ftruncate shortens a file");
	ftruncate(fd, 20000);
	bad = pread(fd, in, 15000, 5000) != 15000;
	for (int i = 0; i < 15000; i++)
		bad += in[i] != 0;
	is(bad, 0, "ftruncate extends a file with zeros");
	pwrite(fd, "end", 3, 1l << 32);
	fstat(fd, &data);
	ok(data.st_size == (1l << 32) + 3 && data.st_blocks < 1000,
	   "a hole of 4 GiB occupies no space");
	is(lseek(fd, 100000, SEEK_DATA), 1l << 32, "SEEK_DATA finds the data after a hole");
	ftruncate(fd, 100);
	int other = open("copy", O_RDWR | O_CREAT, 0600);

	is(copy_file_range(fd, &(off_t){ 0 }, other, NULL, 100, 0), 100,
	   "copy_file_range returns the size that was asked for");
	ok(pread(other, in, 100, 0) == 100 && !memcmp(in, out, 100),
	   "copy_file_range copies the content");
	close(other);
	fd = (close(fd), open("file", O_WRONLY | O_APPEND));
	pwrite(fd, "a", 1, 0);
	write(fd, "b", 1);
	fstat(fd, &data);
	is(data.st_size, 102, "O_APPEND appends regardless of the offset");
	close(fd);
	unlink("copy");
}

static void names(void)
{
	struct stat data, other;
	char target[64];
	struct dirent *entry;
	int seen = 0, fd, bad = 0;

	ok(rename("file", "renamed") == 0 && stat("file", &data) == -1 && errno == ENOENT,
	   "rename gives a file a new name and removes the old one");
	ok(link("renamed", "second") == 0 && stat("renamed", &data) == 0 &&
	   stat("second", &other) == 0 && data.st_ino == other.st_ino &&
	   data.st_nlink == 2, "a hard link leads to the same file");
	ok(symlink("renamed", "soft") == 0 && readlink("soft", target, sizeof(target)) == 7 &&
	   lstat("soft", &data) == 0 && S_ISLNK(data.st_mode),
	   "a symbolic link can be created and read");
	symlink("loop", "loop");
	ok(open("loop", O_RDONLY) == -1 && errno == ELOOP, "opening a link to itself gives ELOOP");
	ok(unlink("second") == 0 && unlink("soft") == 0 && unlink("loop") == 0,
	   "unlink removes hard and symbolic links");
	fd = open("renamed", O_RDWR);
	unlink("renamed");
	ok(write(fd, "x", 1) == 1 && fstat(fd, &data) == 0 && data.st_nlink == 0,
	   "an open file stays usable after its name is removed");
	close(fd);
	mkdir("many", 0700);
	for (int i = 0; i < 2000; i++) {
		snprintf(target, sizeof(target), "many/file-with-a-long-name-%d", i);
		fd = open(target, O_CREAT | O_WRONLY, 0600);
		bad += fd < 0;
		close(fd);
	}
	DIR *dir = opendir("many");

	while ((entry = readdir(dir)))
		seen += !strncmp(entry->d_name, "file-", 5);
	closedir(dir);
	ok(!bad && seen == 2000, "a directory lists its 2000 files");
	ok(rmdir("many") == -1 && errno == ENOTEMPTY,
	   "rmdir rejects a directory that is not empty");
	for (int i = 0; i < 2000; i++) {
		snprintf(target, sizeof(target), "many/file-with-a-long-name-%d", i);
		bad += unlink(target) != 0;
	}
	is(bad + rmdir("many"), 0, "rmdir removes an empty directory");
	char cwd[256];

	mkdir("a", 0700), mkdir("a/b", 0700);
	chdir("a/b");
	ok(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd + strlen(cwd) - 4, "/a/b"),
	   "getcwd returns the current directory");
	chdir("../..");
	rmdir("a/b"), rmdir("a");
}

static void attributes(void)
{
	struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };
	struct stat data;
	struct statfs room;
	int fd = open("attr", O_CREAT | O_RDWR, 0600);

	fchmod(fd, 04751);
	fstat(fd, &data);
	is(data.st_mode & 07777, 04751, "fchmod sets all mode bits");
	futimens(fd, times);
	fstat(fd, &data);
	ok(data.st_mtim.tv_sec == 2000 && data.st_mtim.tv_nsec == 7 && data.st_atim.tv_sec == 1000,
	   "futimens sets times to the nanosecond");
	umask(027);
	close(open("masked", O_CREAT | O_RDWR, 0666));
	stat("masked", &data);
	is(data.st_mode & 0777, 0640, "umask clears bits in the mode of a new file");
	umask(022);
	unlink("masked");
	ok(statfs(".", &room) == 0 && room.f_bfree > 0, "statfs reports free blocks");
	if (geteuid() == 0) {
		ok(fchown(fd, 12, 34) == 0 && fstat(fd, &data) == 0 && data.st_uid == 12 &&
		   data.st_gid == 34, "fchown changes owner and group");
		ok(mknod("node", S_IFCHR | 0600, 0x103) == 0 || errno == EPERM,
		   "mknod creates a device node, if permitted");
		int null = open("node", O_RDWR);

		ok(null < 0 || write(null, "x", 1) == 1, "a new node of /dev/null can be written");
		close(null);
		unlink("node");
		fchown(fd, 0, 0);
		fchmod(fd, 0600);
		pid_t pid = fork();

		if (pid == 0) {
			setresgid(1, 1, 1);
			setresuid(1, 1, 1);
			_exit(!(open("attr", O_RDONLY) == -1 && errno == EACCES));
		}
		is(status_of(pid), 0, "another user cannot open a file of mode 0600");
	}
	ok(mkfifo("fifo", 0600) == 0, "mkfifo creates a named pipe");
	pid_t pid = fork();

	if (pid == 0) {
		int out = open("fifo", O_WRONLY);

		_exit(write(out, "through", 7) != 7);
	}
	int in = open("fifo", O_RDONLY);
	char got[8] = { 0 };

	ok(read(in, got, 7) == 7 && !strcmp(got, "through"),
	   "a named pipe carries data between processes");
	status_of(pid);
	close(in);
	unlink("fifo");
	close(fd);
	unlink("attr");
}

static void locks(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = 10, .l_len = 10 };
	int fd = open("lock", O_CREAT | O_RDWR, 0600), status;
	pid_t pid;

	is(fcntl(fd, F_SETLK, &lock), 0, "F_SETLK takes a record lock");
	pid = fork();
	if (pid == 0) {
		struct flock other = { .l_type = F_WRLCK, .l_start = 15, .l_len = 1 };

		if (fcntl(fd, F_SETLK, &other) != -1 || (errno != EAGAIN && errno != EACCES))
			_exit(1);
		fcntl(fd, F_GETLK, &other);
		_exit(other.l_pid != getppid());
	}
	status = status_of(pid);
	is(status, 0, "a record lock keeps another process out, and F_GETLK names its owner");
	pid = fork();
	if (pid == 0) {
		struct flock other = { .l_type = F_WRLCK, .l_start = 15, .l_len = 1 };

		_exit(fcntl(fd, F_SETLKW, &other) != 0);
	}
	usleep(30000);
	lock.l_type = F_UNLCK;
	fcntl(fd, F_SETLK, &lock);
	is(status_of(pid), 0, "F_SETLKW gets the lock when it is released");
	pid = fork();
	if (pid == 0) {
		int own = open("lock", O_RDWR);

		flock(own, LOCK_EX);
		raise(SIGKILL);
	}
	status_of(pid);
	is(flock(fd, LOCK_EX | LOCK_NB), 0, "the flock of a dead process is released");
	close(fd);
	unlink("lock");
}

static void mounts(void)
{
	if (!in_guest())
		return skip("tmpfs, bind mounts and overlays work", "not in a guest");
	mkdir("m", 0700), mkdir("n", 0700);
	is(mount("none", "m", "tmpfs", 0, "size=1m"), 0, "a tmpfs can be mounted");
	close(open("m/inside", O_CREAT | O_RDWR, 0600));
	is(mount("m", "n", NULL, MS_BIND, NULL), 0, "a mount can be bound to another directory");
	is(access("n/inside", F_OK), 0, "a bind mount shows the files of its source");
	ok(mount(NULL, "n", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0 &&
	   open("n/inside", O_RDWR) == -1 && errno == EROFS,
	   "a bind mount can be remounted read-only");
	ok(umount("n") == 0 && umount("m") == 0, "umount removes both mounts");
	rmdir("n");
	mkdir("l", 0700), mkdir("u", 0700), mkdir("w", 0700);
	close(open("l/low", O_CREAT | O_RDWR, 0600));
	if (mount("none", "m", "overlay", 0, "lowerdir=l,upperdir=u,workdir=w") == 0) {
		close(open("m/new", O_CREAT | O_RDWR, 0600));
		ok(access("m/low", F_OK) == 0 && access("u/new", F_OK) == 0 &&
		   access("l/new", F_OK) == -1,
		   "an overlay shows the lower tree and writes to the upper one");
		unlink("m/low");
		ok(access("m/low", F_OK) == -1 && access("l/low", F_OK) == 0,
		   "an overlay hides a removed file of the lower tree");
		umount("m");
	} else {
		skip("an overlay shows the lower tree and writes to the upper one",
		     strerror(errno));
	}
}

int main(void)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "/tmp/tmpfiles.%d", getpid());
	if (mkdir(folder, 0700) || chdir(folder))
		bail("cannot make the directory %s", folder);
	contents();
	names();
	attributes();
	locks();
	mounts();
	chdir("/");
	if (rmdir(folder) && !in_guest())
		diag("%s could not be removed", folder);
	return tap_done();
}
