// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-disk.c - figures of one disk: sequential, random, flushed
 *
 *   bench-disk FILE       on the host, through its page cache
 *   as /init in a guest:  /dev/ubda, past the guest's page cache (O_DIRECT)
 *
 * So both end in the host's page cache, and the difference is the way there. Lines
 * "@disk ROW FIGURE": MB/s for seq_*, operations a second for the others. Each row takes
 * one second after a short run to warm up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { AREA = 256 << 20, PIECE = 1 << 20, BLOCK = 4096, MAX_DEPTH = 32 };

static int fd;
static char *buffer;
static unsigned int seed = 1;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what)
{
	printf("@error %s: %s\n", what, strerror(errno));
	exit(1);
}

static off_t random_offset(void)
{
	return (off_t)(rand_r(&seed) % (AREA / BLOCK)) * BLOCK;
}

static void transfer(int write, off_t at, size_t size)
{
	if ((write ? pwrite(fd, buffer, size, at) : pread(fd, buffer, size, at)) != (ssize_t)size)
		die(write ? "write" : "read");
}

static void sequential(const char *row, int write, double seconds)
{
	double start = now(), end = start + seconds, t;
	off_t at = 0;
	long bytes = 0;

	do {
		transfer(write, at, PIECE);
		bytes += PIECE;
		at = (at + PIECE) % AREA;
		t = now();
	} while (t < end);
	if (row)
		printf("@disk %s %.1f\n", row, bytes / 1e6 / (t - start));
}

static void one_by_one(const char *row, int write, double seconds)
{
	double start = now(), end = start + seconds, t;
	long count = 0;

	do {
		transfer(write, random_offset(), BLOCK);
		count++;
		t = count % 16 ? start : now();
	} while (t < end);
	if (row)
		printf("@disk %s %.0f\n", row, count / (t - start));
}

/* Linux's own asynchronous I/O, without a library. */
static void deep(const char *row, int write, double seconds)
{
	aio_context_t context = 0;
	struct iocb blocks[MAX_DEPTH], *list[MAX_DEPTH];
	struct io_event events[MAX_DEPTH];
	double start, end, t;
	long count = 0;

	if (syscall(SYS_io_setup, MAX_DEPTH, &context))
		die("io_setup");
	memset(blocks, 0, sizeof(blocks));
	for (int i = 0; i < MAX_DEPTH; i++) {
		blocks[i].aio_lio_opcode = write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
		blocks[i].aio_fildes = fd;
		blocks[i].aio_buf = (unsigned long)(buffer + i * BLOCK);
		blocks[i].aio_nbytes = BLOCK;
		blocks[i].aio_offset = random_offset();
		list[i] = &blocks[i];
	}
	start = now();
	end = start + seconds;
	if (syscall(SYS_io_submit, context, MAX_DEPTH, list) != MAX_DEPTH)
		die("io_submit");
	do {
		long done = syscall(SYS_io_getevents, context, 1, MAX_DEPTH, events, NULL);

		for (long i = 0; i < done; i++) {
			if (events[i].res != BLOCK)
				die("asynchronous transfer");
			list[i] = (struct iocb *)events[i].obj;
			list[i]->aio_offset = random_offset();
		}
		count += done;
		t = now();
		if (t < end && syscall(SYS_io_submit, context, done, list) != done)
			die("io_submit");
	} while (t < end);
	if (row)
		printf("@disk %s %.0f\n", row, count / (t - start));
	syscall(SYS_io_destroy, context);
}

static void flushed(double seconds)
{
	double start = now(), end = start + seconds, t;
	long count = 0;

	do {
		transfer(1, random_offset(), BLOCK);
		if (fsync(fd))
			die("fsync");
		count++;
		t = now();
	} while (t < end);
	printf("@disk fsync %.0f\n", count / (t - start));
}

int main(int argc, char **argv)
{
	int guest = getpid() == 1;
	const char *path = argc > 1 && !guest ? argv[1] : "/ubda";

	setbuf(stdout, NULL);
	if (guest)
		mknod(path, S_IFBLK | 0600, makedev(98, 0));
	fd = open(path, O_RDWR | (guest ? O_DIRECT : 0));
	if (fd < 0 || posix_memalign((void **)&buffer, 4096, PIECE))
		die(path);
	memset(buffer, 0x5a, PIECE);

	one_by_one(NULL, 0, 0.1);
	one_by_one("rand_read_1", 0, 1);
	deep("rand_read_32", 0, 1);
	sequential(NULL, 0, 0.3);
	sequential("seq_read", 0, 1);
	sequential(NULL, 1, 0.3);
	sequential("seq_write", 1, 1);
	fsync(fd);
	one_by_one("rand_write_1", 1, 1);
	deep("rand_write_32", 1, 1);
	fsync(fd);
	flushed(1);
	puts("@end disk");
	if (guest) {
		fsync(fd);
		close(fd);
		reboot(RB_POWER_OFF);
	}
	return 0;
}
