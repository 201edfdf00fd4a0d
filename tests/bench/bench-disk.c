// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-disk.c - measure one disk: sequential, random and flushed transfers
 *
 *   bench-disk FILE       on the host, through its page cache
 *   bench-disk FILE uring  the same, with io_uring for the rows of depth 32 and rand_*_1
 *   as /init in a guest    on /dev/ubda, bypassing the guest's page cache (O_DIRECT)
 *
 * On the host and in a guest, transfers end in the host's page cache, so the difference is the cost
 * of the path through the guest. Prints lines "@disk ROW FIGURE": MB/s for seq_*, operations per
 * second for the others. Each row takes one second. row=ROW and seconds=N run one row alone, for a
 * profiler. Both are read from the environment; in a guest, from the kernel's command line.
 * bench-disk.sh runs this program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

/* Linux asynchronous I/O (io_submit), without a library. */
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

/* io_uring without a library: one system call submits all requests and waits for the first. */
static struct {
	int fd;
	unsigned int *tail, *mask, *done_head, *done_tail, *done_mask;
	struct io_uring_sqe *entries;
	struct io_uring_cqe *done;
} ring;

static void ring_open(void)
{
	struct io_uring_params params = { 0 };
	unsigned int *array;
	char *at, *done;

	ring.fd = syscall(SYS_io_uring_setup, MAX_DEPTH, &params);
	if (ring.fd < 0)
		die("io_uring_setup");
	at = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(*array),
		  PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);
	done = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(*ring.done),
		    PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_CQ_RING);
	ring.entries = mmap(NULL, params.sq_entries * sizeof(*ring.entries), PROT_READ | PROT_WRITE,
			    MAP_SHARED, ring.fd, IORING_OFF_SQES);
	if (at == MAP_FAILED || done == MAP_FAILED || ring.entries == MAP_FAILED)
		die("io_uring mmap");
	ring.tail = (void *)(at + params.sq_off.tail);
	ring.mask = (void *)(at + params.sq_off.ring_mask);
	ring.done_head = (void *)(done + params.cq_off.head);
	ring.done_tail = (void *)(done + params.cq_off.tail);
	ring.done_mask = (void *)(done + params.cq_off.ring_mask);
	ring.done = (void *)(done + params.cq_off.cqes);
	array = (void *)(at + params.sq_off.array);
	for (unsigned int i = 0; i < params.sq_entries; i++)
		array[i] = i;
}

static void ring_put(int write, unsigned int slot)
{
	unsigned int tail = *ring.tail;

	ring.entries[tail & *ring.mask] = (struct io_uring_sqe){
		.opcode = write ? IORING_OP_WRITE : IORING_OP_READ,
		.fd = fd, .off = random_offset(),
		.addr = (unsigned long)(buffer + slot * BLOCK), .len = BLOCK, .user_data = slot,
	};
	__atomic_store_n(ring.tail, tail + 1, __ATOMIC_RELEASE);
}

static void by_ring(const char *row, int write, double seconds, unsigned int depth)
{
	double start = now(), end = start + seconds, t;
	unsigned int waiting = depth, head, out = depth;
	long count = 0;

	for (unsigned int i = 0; i < depth; i++)
		ring_put(write, i);
	do {
		if (syscall(SYS_io_uring_enter, ring.fd, waiting, 1, IORING_ENTER_GETEVENTS, NULL,
			    0) != (long)waiting)
			die("io_uring_enter");
		waiting = 0;
		t = now();
		for (head = *ring.done_head; head != __atomic_load_n(ring.done_tail,
								     __ATOMIC_ACQUIRE); head++) {
			const struct io_uring_cqe *done = &ring.done[head & *ring.done_mask];

			if (done->res != BLOCK)
				die("io_uring transfer");
			count++;
			out--;
			if (t < end) {
				ring_put(write, done->user_data);
				waiting++;
				out++;
			}
		}
		__atomic_store_n(ring.done_head, head, __ATOMIC_RELEASE);
	} while (out);
	if (row)
		printf("@disk %s %.0f\n", row, count / (t - start));
}

static void ring_deep(const char *row, int write, double seconds)
{
	by_ring(row, write, seconds, MAX_DEPTH);
}

static void ring_one(const char *row, int write, double seconds)
{
	by_ring(row, write, seconds, 1);
}

static void flushed(const char *row, int write, double seconds)
{
	double start = now(), end = start + seconds, t;
	long count = 0;

	do {
		transfer(write, random_offset(), BLOCK);
		if (fsync(fd))
			die("fsync");
		count++;
		t = now();
	} while (t < end);
	printf("@disk %s %.0f\n", row, count / (t - start));
}

static const struct row {
	const char *name;
	void (*run)(const char *row, int write, double seconds);
	int write;
	double warm_up;			/* seconds */
} rows[] = {
	{ "rand_read_1", one_by_one, 0, 0.1 },
	{ "rand_read_32", deep, 0, 0 },
	{ "seq_read", sequential, 0, 0.3 },
	{ "seq_write", sequential, 1, 0.3 },
	{ "rand_write_1", one_by_one, 1, 0 },
	{ "rand_write_32", deep, 1, 0 },
	{ "fsync", flushed, 1, 0 },
};

int main(int argc, char **argv)
{
	int guest = getpid() == 1;
	const char *path = argc > 1 && !guest ? argv[1] : "/ubda";
	const char *only = getenv("row"), *length = getenv("seconds");
	double seconds = length ? atof(length) : 1;

	setbuf(stdout, NULL);
	if (guest)
		mknod(path, S_IFBLK | 0600, makedev(98, 0));
	fd = open(path, O_RDWR | (guest ? O_DIRECT : 0));
	if (fd < 0 || posix_memalign((void **)&buffer, 4096, PIECE))
		die(path);
	memset(buffer, 0x5a, PIECE);

	if (argc > 2 && !guest)
		ring_open();
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (only && strcmp(only, rows[i].name))
			continue;
		if (ring.fd && !strncmp(rows[i].name, "rand", 4)) {
			(strstr(rows[i].name, "_1") ? ring_one : ring_deep)(rows[i].name,
									    rows[i].write, seconds);
			continue;
		}
		if (rows[i].warm_up)
			rows[i].run(NULL, rows[i].write, rows[i].warm_up);
		rows[i].run(rows[i].name, rows[i].write, seconds);
		if (rows[i].write)
			fsync(fd);
	}
	puts("@end disk");
	if (guest) {
		fsync(fd);
		close(fd);
		reboot(RB_POWER_OFF);
	}
	return 0;
}
