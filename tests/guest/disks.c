// SPDX-License-Identifier: GPL-2.0-only
/*
 * disks.c - test the disk driver: data, order, zeroing, flushing, limits
 *
 * t6000-ubd.sh gives the guest ubda (64 MB, with a serial number) and ubdb (read-only; the last
 * sector is incomplete). Afterwards `disks verify FILE` on the host checks that FILE holds what
 * the last pass of this program wrote.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include "tap.h"

enum {
	SECTOR = 512,
	DISK_SIZE = 64 << 20,
	AREA_SIZE = 32 << 20,		/* shared by the writers; the rest is for zeroing */
	WRITERS = 8,
	ROUNDS = 300,
	BURST = 256 * SECTOR,
	LAST = 4711,			/* generation of the last pass */
};

static void fill(unsigned char *buf, uint64_t sector, unsigned int count, uint64_t generation)
{
	uint64_t *word = (uint64_t *)buf;

	for (; count; count--, sector++)
		for (int i = 0; i < SECTOR / 8; i++)
			*word++ = sector << 32 ^ generation << 8 ^ i;
}

static int holds(const unsigned char *buf, uint64_t sector, unsigned int count, uint64_t generation)
{
	unsigned char want[SECTOR];

	for (unsigned int i = 0; i < count; i++) {
		fill(want, sector + i, 1, generation);
		if (memcmp(buf + i * SECTOR, want, SECTOR))
			return 0;
	}
	return 1;
}

static void *aligned(size_t size)
{
	void *buf;

	if (posix_memalign(&buf, 4096, size))
		bail("no memory");
	return buf;
}

/* Writes at random within the stripe of this writer, then reads all of it back. */
static int writer(const char *path, int number)
{
	unsigned int sectors = AREA_SIZE / WRITERS / SECTOR, first = number * sectors;
	uint16_t *generations = calloc(sectors, sizeof(*generations));
	unsigned char *buf = aligned(BURST + 4096);
	int fd = open(path, O_RDWR | (number % 2 ? O_DIRECT : 0));
	unsigned int seed = number + 1;

	if (fd < 0 || !generations)
		return 1;
	for (int round = 1; round <= ROUNDS; round++) {
		unsigned int at = rand_r(&seed) % sectors, count = 1 + rand_r(&seed) % 256;
		unsigned char *data = buf +
			(number % 2 ? rand_r(&seed) % 8 * SECTOR : rand_r(&seed) % 4096);

		if (count > sectors - at)
			count = sectors - at;
		fill(data, first + at, count, round);
		if (pwrite(fd, data, count * SECTOR,
			   (off_t)(first + at) * SECTOR) != count * SECTOR)
			return 2;
		for (unsigned int i = 0; i < count; i++)
			generations[at + i] = round;
		if (round % 50 == 0 && fsync(fd))
			return 3;
	}
	if (fsync(fd))
		return 3;
	if (!(number % 2))
		posix_fadvise(fd, (off_t)first * SECTOR, sectors * SECTOR, POSIX_FADV_DONTNEED);
	for (unsigned int i = 0; i < sectors; i += 8) {
		if (pread(fd, buf, 8 * SECTOR, (off_t)(first + i) * SECTOR) != 8 * SECTOR)
			return 4;
		for (int j = 0; j < 8; j++)
			if (generations[i + j] &&
			    !holds(buf + j * SECTOR, first + i + j, 1, generations[i + j]))
				return 5;
	}
	return 0;
}

static void writers(const char *path)
{
	int bad = 0, status;

	for (int i = 0; i < WRITERS; i++)
		if (!fork())
			_exit(writer(path, i));
	while (wait(&status) > 0)
		bad |= status;
	ok(!bad, "%d writers at once read back what they wrote (%#x)", WRITERS, bad);
}

static int is_zero(int fd, off_t at, size_t size)
{
	static unsigned char buf[1 << 16];

	for (; size; at += sizeof(buf), size -= sizeof(buf)) {
		if (pread(fd, buf, sizeof(buf), at) != sizeof(buf) || buf[0] ||
		    memcmp(buf, buf + 1, sizeof(buf) - 1))
			return 0;
	}
	return 1;
}

static void zeroing(int fd)
{
	uint64_t range[2] = { AREA_SIZE, 1 << 20 };
	unsigned char *buf = aligned(2 << 20);

	memset(buf, 0xa5, 2 << 20);
	pwrite(fd, buf, 2 << 20, AREA_SIZE);
	fsync(fd);
	ok(!ioctl(fd, BLKDISCARD, range), "a range can be discarded (%s)", strerror(errno));
	ok(is_zero(fd, AREA_SIZE, 1 << 20), "a discarded range reads as zeros");
	range[0] += 1 << 20;
	range[1] = 65536;
	ok(!ioctl(fd, BLKZEROOUT, range), "a range can be zeroed");
	ok(is_zero(fd, range[0], 65536), "a zeroed range reads as zeros");
	pread(fd, buf, 4096, range[0] + 65536);
	is(buf[0], 0xa5, "the data after a zeroed range stays");
	free(buf);
}

/* Makes one request of many small pieces that are scattered over memory. */
static void scattered(const char *path)
{
	enum { PIECES = 200 };
	int fd = open(path, O_RDWR | O_DIRECT);
	unsigned char *memory = aligned(PIECES * 8192), *back = aligned(PIECES * SECTOR);
	struct iovec vec[PIECES];

	for (int i = 0; i < PIECES; i++) {
		vec[i].iov_base = memory + (i * 77 % PIECES) * 8192 + i % 8 * SECTOR;
		vec[i].iov_len = SECTOR;
		fill(vec[i].iov_base, 1000 + i, 1, 99);
	}
	is(pwritev(fd, vec, PIECES, AREA_SIZE + (8 << 20)), PIECES * SECTOR,
	   "one write takes 200 scattered sectors");
	is(pread(fd, back, PIECES * SECTOR, AREA_SIZE + (8 << 20)), PIECES * SECTOR,
	   "one read returns the 200 sectors");
	ok(holds(back, 1000, PIECES, 99), "the 200 sectors are in the right order");
	close(fd);
}

static void limits(int fd)
{
	char byte = 1;

	is(pwrite(fd, &byte, 1, DISK_SIZE), -1, "a write beyond the end fails");
	is(errno, ENOSPC, "a write beyond the end gives ENOSPC");
	is(pread(fd, &byte, 1, DISK_SIZE), 0, "a read beyond the end returns no byte");
}

static void read_only(const char *path)
{
	unsigned long long size = 0;
	int fd = open(path, O_RDWR), flag = 0;

	ok(fd < 0 || write(fd, "x", 1) < 0, "a write to a read-only disk fails");
	close(fd);
	fd = open(path, O_RDONLY);
	ok(fd >= 0 && !ioctl(fd, BLKROGET, &flag) && flag, "BLKROGET reports a read-only disk");
	ok(!ioctl(fd, BLKGETSIZE64, &size) && size == 1024 * SECTOR,
	   "an incomplete sector at the end is left out (%llu)", size);
	close(fd);
}

static void last_pass(int fd)
{
	unsigned char *buf = aligned(BURST);

	for (off_t at = 0; at < AREA_SIZE; at += BURST) {
		fill(buf, at / SECTOR, BURST / SECTOR, LAST);
		if (pwrite(fd, buf, BURST, at) != BURST)
			bail("a write of the last pass");
	}
	is(fsync(fd), 0, "fsync succeeds after the last pass");
}

static int verify(const char *path)
{
	unsigned char *buf = aligned(BURST);
	int fd = open(path, O_RDONLY);

	for (off_t at = 0; at < AREA_SIZE; at += BURST)
		if (pread(fd, buf, BURST, at) != BURST ||
		    !holds(buf, at / SECTOR, BURST / SECTOR, LAST))
			return printf("wrong data at %lld\n", (long long)at), 1;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long long size = 0;
	char serial[64] = "";
	int fd, serial_fd;

	if (argc == 3)
		return verify(argv[2]);
	fd = open("/dev/ubda", O_RDWR);
	if (fd < 0) {
		skip("the disk has the size of its file", "no /dev/ubda");
		return tap_done();
	}
	ok(!ioctl(fd, BLKGETSIZE64, &size) && size == DISK_SIZE,
	   "the disk has the size of its file");
	serial_fd = open("/sys/block/ubda/serial", O_RDONLY);
	read(serial_fd, serial, sizeof(serial) - 1);
	ok(!strcmp(serial, "LAB-0001\n"), "sysfs shows the serial number of the disk");
	writers("/dev/ubda");
	zeroing(fd);
	scattered("/dev/ubda");
	limits(fd);
	read_only("/dev/ubdb");
	last_pass(fd);
	close(fd);
	return tap_done();
}
