// SPDX-License-Identifier: GPL-2.0-only
/*
 * usercopy.c - system calls with buffers that are missing, half missing, read-only or never touched
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

/* Two pages, the second one missing. */
static char *edge(void)
{
	char *area = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	if (area == MAP_FAILED)
		bail("mmap");
	munmap(area + PAGE, PAGE);
	return area;
}

static int zero_fd, file_fd;

static void bad_addresses(void)
{
	static const unsigned long addresses[] = {
		0, 16, 0x1000, 0x40000000, 0x100000000000, 0x7fffffff0000, 0x7fffffff8000, 0x7fffffff9000, 0x7fffffffe000,
		0x7ffffffff000, 0x800000000000, 0x8000000000000000, 0xffff800000000000, 0xffffffff81000000, 0xffffffffff600000,
		0xfffffffffffff000, 0xfffffffffffffff8,
	};
	int bad = 0;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		void *at = (void *)addresses[i];
		unsigned char in_core;

		if (syscall(SYS_mincore, addresses[i] & ~(PAGE - 1ul), PAGE, &in_core) == 0)
			continue; /* it is the program's after all */
		long results[] = {
			syscall(SYS_read, zero_fd, at, 4), syscall(SYS_write, file_fd, at,
								   4), syscall(SYS_stat, at, NULL),
			syscall(SYS_stat, "/", at), syscall(SYS_clock_gettime, CLOCK_MONOTONIC,
							    at), syscall(SYS_pipe, at),
			syscall(SYS_poll, at, 1, 0), syscall(SYS_nanosleep, at,
							     NULL), syscall(SYS_getcwd, at, 100),
			syscall(SYS_open, at, O_RDONLY), syscall(SYS_rt_sigaction, 10, at, NULL, 8),
			syscall(SYS_readv, zero_fd, at, 1), syscall(SYS_getrlimit, RLIMIT_NOFILE,
								    at),
		};

		for (size_t n = 0; n < sizeof(results) / sizeof(results[0]); n++) {
			/* A null action, and a null path in stat of glibc, are no errors of their own. */
			if (results[n] != -1 && !(n == 10 && !at)) {
				diag("call %zu with address %p gives %ld", n, at, results[n]);
				bad++;
			}
		}
	}
	is(bad, 0, "thirteen calls refuse seventeen addresses that are not the program's");
	ok(syscall(SYS_read, zero_fd, (void *)0x40000000, 4) == -1 && errno == EFAULT, "by EFAULT");
	ok(syscall(SYS_read, zero_fd, (void *)0x7fffffff9000, 4) == -1 && errno == EFAULT,
	   "also where the port keeps its own page");
}

static void half_missing(void)
{
	char *area = edge();
	struct iovec parts[2] = { { area, PAGE }, { area + PAGE, 10 } };
	struct stat data;

	is(read(zero_fd, area, 2 * PAGE), PAGE,
	   "a read into a buffer that ends at a missing page is short");
	memset(area, 'q', PAGE);
	pwrite(file_fd, area, PAGE, 0);
	ftruncate(file_fd, 0);
	lseek(file_fd, 0, SEEK_SET);
	long size = write(file_fd, area, 2 * PAGE);

	ok(size == PAGE || (size == -1 && errno == EFAULT),
	   "a write from it is short or EFAULT (%ld)", size);
	ok(readv(zero_fd, parts, 2) == PAGE, "and so is readv");
	strcpy(area + PAGE - 5, "/tmp");
	is(stat(area + PAGE - 5, &data), 0, "a path may end with its page");
	memcpy(area + PAGE - 4, "/tmp", 4);
	ok(stat(area + PAGE - 4, &data) == -1 && errno == EFAULT,
	   "a path that runs into the missing page is EFAULT");
	ok(clock_gettime(CLOCK_MONOTONIC, (void *)(area + PAGE - 16)) == 0,
	   "a result may end with its page");
	ok(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, area + PAGE - 8) == -1 && errno == EFAULT,
	   "one that does not fit is EFAULT");
	char *argv[] = { area + PAGE - 4, NULL }, *none[] = { NULL };

	memset(area, 'q', PAGE);
	ok(execve("/proc/self/exe", argv, none) == -1 && errno == EFAULT,
	   "execve with an argument that runs into it is EFAULT");
	ok(execve("/proc/self/exe", (char **)(area + PAGE), none) == -1 && errno == EFAULT,
	   "and with a missing vector");
	struct msghdr message = { .msg_iov = (void *)(area + PAGE), .msg_iovlen = 1 };
	int pair[2];

	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	ok(sendmsg(pair[0], &message, 0) == -1 && errno == EFAULT,
	   "sendmsg with a missing vector is EFAULT");
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
	   "a read into a read-only page is EFAULT");
	is(pwrite(file_fd, area, 8, 0), 8, "a write from it works");
	mprotect(area, PAGE, PROT_NONE);
	ok(pwrite(file_fd, area, 8, 0) == -1 && errno == EFAULT, "from PROT_NONE it is EFAULT");
	mprotect(area, PAGE, PROT_EXEC);
	long size = pwrite(file_fd, area, 8, 0);

	ok(size == 8 || (size == -1 && errno == EFAULT),
	   "from a page for execution only it works or is EFAULT");
	ok(read(zero_fd, (void *)half_missing, 8) == -1 && errno == EFAULT,
	   "program text cannot be read into");
	munmap(area, 2 * PAGE);
}

/* The kernel itself takes the page faults here. */
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
	ok(count == (long)size && !bad, "64 MiB read into memory never touched arrive");
	madvise(area, size, MADV_DONTNEED);
	is(getrandom(area + 100, 8000, 0), 8000, "getrandom into dropped pages");
	bad = 0;
	for (int i = 0; i < 8000; i += 8)
		bad += *(long *)(area + 100 + i) == 0;
	ok(bad < 3, "is random");
	ok(area[99] == 0 && area[8100] == 0, "and leaves its neighbours alone");
	memset(area, 'x', PAGE);
	pid = fork();
	if (pid == 0) {
		/* The page is shared with the parent now; the kernel's write must copy it. */
		read(zero_fd, area, 100);
		_exit(area[0] != 0 || area[100] != 'x');
	}
	int status;

	waitpid(pid, &status, 0);
	ok(status == 0 && area[0] == 'x', "a read into a page shared since fork copies it");
	/* Writing from a mapping of the very file that is written. */
	int fd = memfd_create("self", 0);

	ftruncate(fd, 1 << 20);
	char *map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	map[0] = 'm';
	ok(pwrite(fd, map, PAGE, 100 * PAGE) == PAGE && map[100 * PAGE] == 'm',
	   "a file is written from its own mapping");
	ok(pread(fd, map + 50 * PAGE, PAGE, 0) == PAGE && map[50 * PAGE] == 'm',
	   "and read into it");
	munmap(map, 1 << 20);
	close(fd);
	munmap(area, size);
}

int main(void)
{
	char path[64];

	if (!environ[0])
		return 1; /* an execve that should have failed */
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
