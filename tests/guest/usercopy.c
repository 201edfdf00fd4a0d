// SPDX-License-Identifier: GPL-2.0-only
/*
 * usercopy.c - test system calls with unmapped, half unmapped, read-only or untouched buffers
 *
 * t4010-memory.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

enum { PAGE = 4096 };

/* Maps three pages and unmaps the middle one. */
static char *edge(void)
{
	char *area = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	if (area == MAP_FAILED)
		bail("mmap of three pages");
	munmap(area + PAGE, PAGE);
	return area;
}

static int zero_fd, file_fd;

static void bad_addresses(void)
{
	static const unsigned long addresses[] = {
		0, 16, 0x1000, 0x40000000, 0x100000000000,
		0x7fffffff0000, 0x7fffffff8000, 0x7fffffff9000, 0x7fffffffe000, 0x7ffffffff000,
		0x800000000000, 0x8000000000000000, 0xffff800000000000, 0xffffffff81000000,
		0xffffffffff600000, 0xfffffffffffff000, 0xfffffffffffffff8,
	};
	int bad = 0;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		void *at = (void *)addresses[i];
		unsigned char in_core;

		if (syscall(SYS_mincore, addresses[i] & ~(PAGE - 1ul), PAGE, &in_core) == 0)
			continue; /* the program has mapped this page */
		long results[] = {
			syscall(SYS_read, zero_fd, at, 4),
			syscall(SYS_write, file_fd, at, 4),
			syscall(SYS_stat, at, NULL),
			syscall(SYS_stat, "/", at),
			syscall(SYS_clock_gettime, CLOCK_MONOTONIC, at),
			syscall(SYS_pipe, at),
			syscall(SYS_poll, at, 1, 0),
			syscall(SYS_nanosleep, at, NULL),
			syscall(SYS_getcwd, at, 100),
			syscall(SYS_open, at, O_RDONLY),
			syscall(SYS_rt_sigaction, 10, at, NULL, 8),
			syscall(SYS_readv, zero_fd, at, 1),
			syscall(SYS_getrlimit, RLIMIT_NOFILE, at),
		};

		for (size_t n = 0; n < sizeof(results) / sizeof(results[0]); n++) {
			/* Call 10, sigaction, accepts a null action. */
			if (results[n] != -1 && !(n == 10 && !at)) {
				diag("call %zu with address %p gives %ld", n, at, results[n]);
				bad++;
			}
		}
	}
	is(bad, 0, "thirteen calls reject seventeen addresses that are not the program's");
	ok(syscall(SYS_read, zero_fd, (void *)0x40000000, 4) == -1 && errno == EFAULT,
	   "a read into an unmapped address gives EFAULT");
	ok(syscall(SYS_read, zero_fd, (void *)0x7fffffff9000, 4) == -1 && errno == EFAULT,
	   "a read into the stub's memory gives EFAULT");
}

static void half_missing(void)
{
	char *area = edge();
	struct iovec parts[2] = { { area, PAGE }, { area + PAGE, 10 } };
	struct stat data;

	is(read(zero_fd, area, 2 * PAGE), PAGE,
	   "a read into a buffer that runs into a missing page is short");
	memset(area, 'q', PAGE);
	pwrite(file_fd, area, PAGE, 0);
	ftruncate(file_fd, 0);
	lseek(file_fd, 0, SEEK_SET);
	long size = write(file_fd, area, 2 * PAGE);

	ok(size == PAGE || (size == -1 && errno == EFAULT),
	   "a write from a buffer that runs into a missing page is short or gives EFAULT (%ld)",
	   size);
	ok(readv(zero_fd, parts, 2) == PAGE,
	   "readv is short if its second buffer is in a missing page");
	strcpy(area + PAGE - 5, "/tmp");
	is(stat(area + PAGE - 5, &data), 0, "a path can end at the end of its page");
	memcpy(area + PAGE - 4, "/tmp", 4);
	ok(stat(area + PAGE - 4, &data) == -1 && errno == EFAULT,
	   "a path that runs into a missing page gives EFAULT");
	ok(clock_gettime(CLOCK_MONOTONIC, (void *)(area + PAGE - 16)) == 0,
	   "a result can end at the end of its page");
	ok(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, area + PAGE - 8) == -1 && errno == EFAULT,
	   "a result that runs into a missing page gives EFAULT");
	char *argv[] = { area + PAGE - 4, NULL }, *none[] = { NULL };

	memset(area, 'q', PAGE);
	ok(execve("/proc/self/exe", argv, none) == -1 && errno == EFAULT,
	   "execve with an argument that runs into a missing page gives EFAULT");
	ok(execve("/proc/self/exe", (char **)(area + PAGE), none) == -1 && errno == EFAULT,
	   "execve with an argument vector in a missing page gives EFAULT");
	struct msghdr message = { .msg_iov = (void *)(area + PAGE), .msg_iovlen = 1 };
	int pair[2];

	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	ok(sendmsg(pair[0], &message, 0) == -1 && errno == EFAULT,
	   "sendmsg with an I/O vector in a missing page gives EFAULT");
	munmap(area, PAGE);
	munmap(area + 2 * PAGE, PAGE);
	close(pair[0]), close(pair[1]);
}

static void protected(void)
{
	char *area = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	area[0] = 'k';
	mprotect(area, PAGE, PROT_READ);
	ok(read(zero_fd, area, 8) == -1 && errno == EFAULT && area[0] == 'k',
	   "a read into a read-only page gives EFAULT");
	is(pwrite(file_fd, area, 8, 0), 8, "a write from a read-only page succeeds");
	mprotect(area, PAGE, PROT_NONE);
	ok(pwrite(file_fd, area, 8, 0) == -1 && errno == EFAULT,
	   "a write from a PROT_NONE page gives EFAULT");
	mprotect(area, PAGE, PROT_EXEC);
	long size = pwrite(file_fd, area, 8, 0);

	ok(size == 8 || (size == -1 && errno == EFAULT),
	   "a write from an execute-only page succeeds or gives EFAULT");
	ok(read(zero_fd, (void *)half_missing, 8) == -1 && errno == EFAULT,
	   "a read into program text gives EFAULT");
	munmap(area, 2 * PAGE);
}

/* Passes untouched buffers, so that the page faults happen while the kernel copies. */
static void untouched(void)
{
	size_t size = 64 << 20;
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long bad = 0, count = 0;
	ssize_t got;
	int pipe_fd[2];
	pid_t pid;

	pipe(pipe_fd);
	pid = fork();
	if (pid == 0) {
		static long block[8192];

		close(pipe_fd[0]);
		for (long n = 0; n < (long)(size / sizeof(block)); n++) {
			for (int i = 0; i < 8192; i++)
				block[i] = n * 8192 + i;
			for (size_t at = 0; at < sizeof(block); at += got)
				if ((got = write(pipe_fd[1], (char *)block + at,
						 sizeof(block) - at)) <= 0)
					_exit(1);
		}
		_exit(0);
	}
	close(pipe_fd[1]);
	while ((got = read(pipe_fd[0], area + count, size - count)) > 0)
		count += got;
	waitpid(pid, NULL, 0);
	for (size_t i = 0; i < size / 8; i++)
		bad += ((long *)area)[i] != (long)i;
	ok(count == (long)size && !bad, "a read fills 64 MiB of untouched memory");
	madvise(area, size, MADV_DONTNEED);
	is(getrandom(area + 100, 8000, 0), 8000, "getrandom fills discarded pages");
	bad = 0;
	for (int i = 0; i < 8000; i += 8)
		bad += *(long *)(area + 100 + i) == 0;
	ok(bad < 3, "the data of getrandom is random");
	ok(area[99] == 0 && area[8100] == 0,
	   "getrandom leaves the bytes around its buffer unchanged");
	memset(area, 'x', PAGE);
	pid = fork();
	if (pid == 0) {
		/* The page is shared with the parent now; the kernel's write must copy it. */
		read(zero_fd, area, 100);
		_exit(area[0] != 0 || area[100] != 'x');
	}
	int status;

	waitpid(pid, &status, 0);
	ok(status == 0 && area[0] == 'x', "a read into a page shared since fork copies the page");
	/* The buffer is a mapping of the same file. */
	int fd = memfd_create("self", 0);

	ftruncate(fd, 1 << 20);
	char *map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	map[0] = 'm';
	ok(pwrite(fd, map, PAGE, 100 * PAGE) == PAGE && map[100 * PAGE] == 'm',
	   "a file can be written from its own mapping");
	ok(pread(fd, map + 50 * PAGE, PAGE, 0) == PAGE && map[50 * PAGE] == 'm',
	   "a file can be read into its own mapping");
	munmap(map, 1 << 20);
	close(fd);
	munmap(area, size);
}

int main(void)
{
	char path[64];

	if (!environ[0])
		return 1; /* reached only if an execve does not fail as it should */
	snprintf(path, sizeof(path), "/tmp/usercopy.%d", getpid());
	zero_fd = open("/dev/zero", O_RDONLY);
	file_fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unlink(path);
	bad_addresses();
	half_missing();
	protected();
	untouched();
	return tap_done();
}
