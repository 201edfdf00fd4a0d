// SPDX-License-Identifier: GPL-2.0-only
/*
 * diskgen.c - write numbered generations to /dev/ubda until the machine is killed
 *
 * Each round writes random sectors with O_DIRECT and the number of the round as their generation,
 * flushes, and prints "flushed N". The random sequence is fixed. `diskgen verify FILE N` on the
 * host checks that every sector is whole and in its place. Each sector written up to round N must
 * have the generation of its last write or a later one. t9300-disk-kill.sh kills the machine and
 * then runs this check.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include "tap.h"

enum { SECTOR = 512, SECTORS = (64 << 20) / SECTOR, WRITES = 12, MAX_RUN = 24 };

struct sector {
	uint32_t magic, number, generation, session;
	uint8_t rest[SECTOR - 16];
};

static void fill(struct sector *sector, uint32_t number, uint32_t generation, uint32_t session)
{
	*sector = (struct sector){ 0x67656e21, number, generation, session };
	memset(sector->rest, generation ^ number ^ session, sizeof(sector->rest));
}

static int whole(const struct sector *sector, uint32_t number)
{
	struct sector want;
	static const struct sector zero;

	if (!memcmp(sector, &zero, sizeof(zero)))
		return 1;
	fill(&want, number, sector->generation, sector->session);
	return sector->magic == want.magic && !memcmp(sector, &want, sizeof(want));
}

/* Derives the sectors of a round from its number alone. */
static void run_of(uint32_t round, int which, uint32_t *first, uint32_t *count)
{
	unsigned int seed = round * WRITES + which;

	*first = rand_r(&seed) % (SECTORS - MAX_RUN);
	*count = 1 + rand_r(&seed) % MAX_RUN;
}

static int verify(const char *path, uint32_t safe)
{
	static uint32_t least[SECTORS];
	struct sector sector;
	FILE *file = fopen(path, "re");
	uint32_t first, count, session = 0, torn = 0, lost = 0;

	if (!file)
		return 2;
	/* Sector 0 names the session, and is written and flushed before the first round. */
	if (fread(&sector, sizeof(sector), 1, file) == 1)
		session = sector.session;
	for (uint32_t round = 1; round <= safe; round++)
		for (int i = 0; i < WRITES; i++) {
			run_of(round, i, &first, &count);
			for (uint32_t s = first; s < first + count; s++)
				if (s)
					least[s] = round;
		}
	rewind(file);
	for (uint32_t s = 0; s < SECTORS; s++) {
		if (fread(&sector, sizeof(sector), 1, file) != 1 || !whole(&sector, s))
			torn++;
		else if (least[s] && (sector.session != session || sector.generation < least[s]))
			lost++;
	}
	printf("session %u, %u rounds safe: %u sectors torn or misplaced, %u lost\n", session, safe,
	       torn,
	       lost);
	return torn || lost;
}

int main(int argc, char **argv)
{
	struct sector *data;
	uint32_t session = 0;
	int fd;

	if (argc == 4 && !strcmp(argv[1], "verify"))
		return verify(argv[2], strtoul(argv[3], NULL, 10));
	fd = open("/dev/ubda", O_RDWR | O_DIRECT);
	if (fd < 0 || posix_memalign((void **)&data, 4096, MAX_RUN * SECTOR)) {
		skip("generations are written", "no disk /dev/ubda to write to");
		return tap_done();
	}
	if (pread(fd, data, SECTOR, 0) == SECTOR)
		session = data->session + 1;
	fill(data, 0, 0, session);
	if (pwrite(fd, data, SECTOR, 0) != SECTOR || fsync(fd))
		bail("the session cannot be written");
	for (uint32_t round = 1; in_guest(); round++) {
		for (int i = 0; i < WRITES; i++) {
			uint32_t first, count;

			run_of(round, i, &first, &count);
			if (!first)
				first = 1;
			for (uint32_t s = 0; s < count; s++)
				fill(&data[s], first + s, round, session);
			if (pwrite(fd, data, count * SECTOR, (off_t)first * SECTOR) !=
			    (ssize_t)(count * SECTOR))
				bail("round %u cannot be written", round);
		}
		if (fsync(fd))
			bail("round %u cannot be flushed", round);
		diag("flushed %u", round);
	}
	return tap_done();
}
