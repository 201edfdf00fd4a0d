// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-threads.c - test that threads writing to the same clusters do not lose each other's data
 *
 * Each of 8 threads owns every eighth sector. So nearly every write meets other threads that copy
 * the same cluster from the base, zero parts of the cluster, or flush. The layer is a real file
 * in /tmp. `make check-unit` runs this program on the host.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include "cow.h"
#include "io_posix.h"
#include "tap.h"

enum { THREADS = 8, SECTORS = 8192, SIZE = SECTORS * 512, ROUNDS = 500 };

static struct cow_chain *chain;
static uint32_t newest[SECTORS];	/* generation of each sector; only its owner writes it */
static int failed;

static void fill(void *to, uint32_t sector, uint32_t generation)
{
	uint32_t *word = to;

	for (int i = 0; i < 128; i++)
		word[i] = generation ? sector * 31 + generation : 0;
}

static pthread_barrier_t together;
static struct cow_io slow_io;

/* Gives other threads time between a read and the write that depends on it. */
static ssize_t slow_readv(const struct cow_io *io, int file, struct cow_iovec *vec,
			  unsigned int count, uint64_t offset, unsigned int flags)
{
	ssize_t ret = cow_io_posix.readv(io, file, vec, count, offset, flags);

	usleep(20);
	return ret;
}

/* All threads at once write one sector each to a cluster that has never been written. */
static void first_touch(unsigned int number)
{
	uint32_t per_cluster = (1 << chain->layers[0]->cluster_bits) / 512;
	uint8_t buf[512];

	for (uint32_t first = 0; first < SECTORS; first += per_cluster) {
		uint32_t sector = first + number;
		struct cow_iovec vec = { buf, 512 };

		pthread_barrier_wait(&together);
		fill(buf, sector, 7);
		if (cow_chain_write(chain, &vec, 1, sector * 512ULL, 512))
			__atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
		newest[sector] = 7;
	}
}

static void *writer(void *arg)
{
	unsigned int number = (intptr_t)arg, seed = number + 1;
	uint8_t buf[512], got[512];

	first_touch(number);

	for (uint32_t round = 1; round <= ROUNDS; round++) {
		uint32_t sector = rand_r(&seed) % (SECTORS / THREADS) * THREADS + number;
		struct cow_iovec vec = { buf, 512 }, back = { got, 512 };
		int ret;

		if (rand_r(&seed) % 8) {
			fill(buf, sector, round);
			ret = cow_chain_write(chain, &vec, 1, sector * 512ULL, 512);
			newest[sector] = round;
		} else {
			fill(buf, sector, 0);
			ret = cow_chain_zero(chain, sector * 512ULL, 512);
			newest[sector] = 0;
		}
		if (!ret && !(rand_r(&seed) % 64))
			ret = cow_chain_flush(chain);
		if (!ret)
			ret = cow_chain_read(chain, &back, 1, sector * 512ULL, 512, 0);
		if (ret || memcmp(buf, got, 512))
			__atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static int wrong_sectors(void)
{
	uint8_t *buf = malloc(SIZE), want[512];
	struct cow_iovec vec = { buf, SIZE };
	int wrong = 0;

	if (cow_chain_read(chain, &vec, 1, 0, SIZE, 0))
		return -1;
	for (uint32_t i = 0; i < SECTORS; i++) {
		fill(want, i, newest[i]);
		wrong += memcmp(buf + i * 512, want, 512) != 0;
	}
	free(buf);
	return wrong;
}

static void one_size(const char *folder, unsigned int bits)
{
	const struct cow_options write = { .flags = COW_LAYER_WRITE };
	struct cow_create create = { .cluster_bits = bits };
	struct cow_error error = { "" };
	pthread_t threads[THREADS];
	char base[200], top[200];
	uint8_t sector[512];
	int fd;

	snprintf(base, sizeof(base), "%s/base", folder);
	snprintf(top, sizeof(top), "%s/top%u", folder, bits);
	fd = open(base, O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (uint32_t i = 0; i < SECTORS; i++) {
		newest[i] = 1000000;
		fill(sector, i, newest[i]);
		if (pwrite(fd, sector, 512, i * 512ULL) != 512)
			bail("cannot write %s", base);
	}
	close(fd);
	create.base = base;
	if (cow_create(&slow_io, top, &create, &error) ||
	    cow_chain_open(&slow_io, top, &write, &chain, &error))
		bail("%s", error.text);
	failed = 0;
	pthread_barrier_init(&together, NULL, THREADS);
	for (intptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, writer, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	is(failed, 0, "each thread reads back what it wrote");
	is(wrong_sectors(), 0, "each sector has the data that its owner wrote last");
	is(cow_chain_close(chain), 0, "the layer is closed cleanly");
	if (cow_chain_open(&slow_io, top, &(struct cow_options){ 0 }, &chain, &error))
		bail("%s", error.text);
	is(wrong_sectors(), 0, "each sector has this data after the layer is opened again");
	cow_chain_close(chain);
	unlink(top);
	unlink(base);
}

int main(void)
{
	char folder[] = "/tmp/umlab-threads.XXXXXX";

	if (!mkdtemp(folder))
		bail("cannot make a folder");
	slow_io = cow_io_posix;
	slow_io.readv = slow_readv;
	one_size(folder, 12);
	one_size(folder, 16);
	rmdir(folder);
	return tap_done();
}
