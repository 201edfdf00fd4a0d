// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-header.c - test headers of all formats, also mutated ones, and leases
 *
 * Runs on a simulated disk (simdisk.h). `u-header N` makes N mutations of each format; 200 000 take
 * a minute with the sanitizers. `make check-unit` runs this program on the host.
 */
#include "simdisk.h"
#include "tap.h"
#include "crc32c.h"
#include "lease.h"

static struct cow_error error;

static void crc(void)
{
	uint8_t data[1000];
	uint32_t whole, parts;

	ok(cow_crc32c(0, "123456789", 9) == 0xe3069283, "CRC32C of \"123456789\" is e3069283");
	sim_random_bytes(&sim_io, data, sizeof(data));
	whole = cow_crc32c(0, data, sizeof(data));
	parts = cow_crc32c(cow_crc32c(0, data, 333), data + 333, sizeof(data) - 333);
	ok(whole == parts, "CRC32C in two parts is the same as in one");
}

/* Checks the offsets that umlab-disk(5) documents, for a base of 8 MiB. */
static void layouts(void)
{
	static struct cow_disk_v3 v3;
	static struct cow_disk_v2 v2;
	static struct cow_disk_v1 v1;
	static struct cow_disk_v3_broken broken;
	static struct cow_old old;

	ok(!cow_header_make_v3("x", 8 << 20, 1234567890, "/b", &v3, &old, &error) &&
	   old.bitmap_offset == 8192 && old.bitmap_size == 2048 && old.data_offset == 12288,
	   "COW V3: the bitmap is at 8192 and has 2048 bytes, the data is at 12288");
	ok(!memcmp(&v3, "OOOM\0\0\0\3", 8), "COW V3 starts with OOOM and its version");
	v2 = (struct cow_disk_v2){
		.magic = __builtin_bswap32(COW_MAGIC),
		.version = __builtin_bswap32(2),
		.backing = "/b",
		.mtime = __builtin_bswap32(5),
		.size = __builtin_bswap64(8 << 20),
		.sector_size = __builtin_bswap32(512),
	};
	ok(!cow_header_parse_old("x", &v2, sizeof(v2), &old, &error) && old.bitmap_offset == 4120 &&
	   old.data_offset == 6656 && old.mtime == 5 && !strcmp(old.backing, "/b"),
	   "COW V2: the bitmap is at 4120, the data at 6656 (%s)", error.text);
	v1 = (struct cow_disk_v1){ COW_MAGIC, 1, "/b", 5, 8 << 20, 512 };
	ok(!cow_header_parse_old("x", &v1, sizeof(v1), &old, &error) && old.bitmap_offset == 280 &&
	   old.data_offset == 2560,
	   "COW V1: the bitmap is at 280, the data at 2560");
	broken = (struct cow_disk_v3_broken){
		.magic = __builtin_bswap32(COW_MAGIC),
		.version = __builtin_bswap32(3),
		.size = __builtin_bswap64(8 << 20),
		.sector_size = __builtin_bswap32(512),
		.alignment = __builtin_bswap32(4096),
		.backing = "/b",
	};
	ok(!cow_header_parse_old("x", &broken, sizeof(broken), &old, &error) &&
	   old.kind == COW_KIND_V3_BROKEN && old.bitmap_offset == 8192 &&
	   !strcmp(old.backing, "/b"),
	   "the 64-bit form of COW V3 from before 2006 is recognized");
	ok(cow_header_make_v3("x", 1ULL << 44, 0, "/b", &v3, &old, &error) == -EFBIG,
	   "COW V3 is not made for more than 8 TiB");
	ok(cow_header_make_v3("x", 512, 1LL << 32, "/b", &v3, &old, &error) == -EINVAL,
	   "COW V3 is not made with a date that does not fit");
	ok(cow_header_make_v3("x", 512, 0, "/a,b", &v3, &old, &error) == -EINVAL,
	   "COW V3 is not made with a comma in the path of the base");
}

static void decoy(void)
{
	static uint8_t head[COW_HEADER_A];
	struct cow_disk_v3 v3;

	cow_header_decoy(head);
	memcpy(&v3, head, sizeof(v3));
	ok(cow_header_kind(head, sizeof(head)) == COW_KIND_LAYER,
	   "a layer is recognized by its tag");
	ok(__builtin_bswap64(v3.size) == COW_DECOY_SIZE && !strncmp(v3.backing, "/dev/null/", 10),
	   "for other programs it is a COW V3 file of impossible size and base");
}

/* ---- fuzzing ------------------------------------------------------------------------- */

static void mutate(uint8_t *data, size_t size)
{
	static const uint8_t nasty[] = { 0, 1, 0x7f, 0x80, 0xff, 0xfe, 12, 16, 63 };

	for (unsigned int n = 1 + sim_random(6); n; n--) {
		size_t at = sim_random(4) ? sim_random(size < 640 ? size : 640) : sim_random(size);

		switch (sim_random(4)) {
		case 0:
			data[at] ^= 1 << sim_random(8);
			break;
		case 1:
			data[at] = nasty[sim_random(sizeof(nasty))];
			break;
		case 2:
			memset(data + at, nasty[sim_random(sizeof(nasty))],
			       at + 8 <= size ? 8 : size - at);
			break;
		default:
			data[at] = sim_random(256);
		}
	}
}

/*
 * Opens the mutated file, reads all of it, and closes it. The library must not crash. Returns true
 * if opening succeeded, or failed with a message.
 */
static bool survives(const char *name)
{
	static const struct cow_options options;
	static uint8_t buf[65536];
	struct cow_chain *chain;
	int ret;

	error.text[0] = 0;
	ret = cow_chain_open(&sim_io, name, &options, &chain, &error);
	if (ret)
		return error.text[0] && ret < 0;
	for (uint64_t at = 0; at < chain->size && at < 1 << 20; at += sizeof(buf)) {
		uint64_t part = chain->size - at < sizeof(buf) ? chain->size - at : sizeof(buf);

		cow_chain_read(chain, &(struct cow_iovec){ buf, part }, 1, at, part, 0);
	}
	return !cow_chain_close(chain);
}

static void fuzz_old(const char *title, const void *head, size_t head_size, int times)
{
	size_t size = 1 << 17;
	uint8_t *file = malloc(size);
	int silent = 0, opened = 0;

	for (int i = 0; i < times; i++) {
		sim_reset();
		sim.clock = 1700000000LL * 1000000000;
		sim_make("b", NULL, 65536);
		memset(file, 0, size);
		memcpy(file, head, head_size);
		mutate(file, sim_random(3) ? head_size : size);
		sim_make("f", file, sim_random(8) ? size : sim_random(size));
		if (!survives("f"))
			silent++;
		opened += !error.text[0];
	}
	free(file);
	ok(!silent,
	   "%s: %d mutated headers open or are refused with a message (%d opened)",
	   title, times, opened);
}

static void fuzz_layer(int times)
{
	const struct cow_create create = { .base = "b" };
	size_t size = 1 << 20;
	uint8_t *file = malloc(size);
	struct sim_file *made;
	int silent = 0, opened = 0;

	for (int i = 0; i < times; i++) {
		struct cow_disk_layer *header;

		sim_reset();
		sim_make("b", NULL, 65536);
		if (cow_create(&sim_io, "f", &create, &error))
			bail("%s", error.text);
		made = sim_find("f");
		header = (struct cow_disk_layer *)(made->now + COW_HEADER_A);
		mutate((uint8_t *)header, sizeof(*header));
		/* Give half of the mutations a valid CRC, so that they pass the first check. */
		if (sim_random(2))
			cow_header_finish(header);
		if (!sim_random(4))
			mutate(made->now + COW_MAP_OFFSET, 4096);
		if (!sim_random(8))
			made->size = sim_random(1 << 16);
		if (!survives("f"))
			silent++;
		opened += !error.text[0];
	}
	free(file);
	ok(!silent,
	   "layers: %d mutated headers and maps open or are refused with a message (%d opened)",
	   times, opened);
}

static void fuzz(int times)
{
	static struct cow_disk_v3 v3;
	static struct cow_old old;
	struct cow_disk_v2 *v2 = calloc(1, sizeof(*v2));
	struct cow_disk_v1 v1 = { COW_MAGIC, 1, "b", 1700000000, 65536, 512 };

	cow_header_make_v3("f", 65536, 1700000000, "b", &v3, &old, &error);
	*v2 = (struct cow_disk_v2){
		.magic = __builtin_bswap32(COW_MAGIC),
		.version = __builtin_bswap32(2),
		.backing = "b",
		.mtime = __builtin_bswap32(1700000000),
		.size = __builtin_bswap64(65536),
		.sector_size = __builtin_bswap32(512),
	};
	fuzz_old("COW V3", &v3, sizeof(v3), times);
	fuzz_old("COW V2", v2, sizeof(*v2), times);
	fuzz_old("COW V1", &v1, sizeof(v1), times);
	fuzz_layer(times);
	free(v2);
}

/* ---- leases ---------------------------------------------------------------------------- */

/* Simulate the death of the process that has the chain open. */
static void vanish(struct cow_chain *chain)
{
	sim.power_off = 1;
	cow_chain_close(chain);
	sim_crash();
}

static void leases(void)
{
	const struct cow_create create = { .size = 65536 };
	const struct cow_options write = { .flags = COW_LAYER_WRITE };
	struct cow_chain *chain, *second;
	struct sim_file *lease;
	int ret;

	sim_reset();
	sim.remote = sim.cannot_lock = true;
	cow_create(&sim_io, "f", &create, &error);
	ret = cow_chain_open(&sim_io, "f", &write, &chain, &error);
	ok(!ret && sim_find("f.umlab-lease"),
	   "where locks do not reach other hosts, a writer takes a lease (%s)", error.text);
	ret = cow_chain_open(&sim_io, "f", &write, &second, &error);
	ok(ret == -EAGAIN && strstr(error.text, "in use by process") &&
	   strstr(error.text, "on host simulated since"),
	   "a second writer is refused, and the message names the first (%s)", error.text);
	ok(!cow_lease_beat(chain->layers[0]->lease), "the holder can renew its lease");
	cow_chain_close(chain);
	ok(!sim_find("f.umlab-lease"), "closing removes the lease");

	cow_chain_open(&sim_io, "f", &write, &chain, &error);
	vanish(chain);
	ret = cow_chain_open(&sim_io, "f", &write, &second, &error);
	ok(!ret,
	   "the lease of a process of this host that has ended is taken over (%s)", error.text);
	cow_lease_break(&sim_io, "f");
	ok(cow_lease_beat(second->layers[0]->lease) == -ESTALE,
	   "the holder notices that its lease was broken");
	cow_chain_close(second);

	cow_chain_open(&sim_io, "f", &write, &chain, &error);
	lease = sim_find("f.umlab-lease");
	snprintf((char *)lease->now, COW_HOST_SIZE, "elsewhere");
	*(uint32_t *)(lease->now + lease->size - 4) = cow_crc32c(0, lease->now, lease->size - 4);
	lease->mtime = sim.clock;
	ret = cow_chain_open(&sim_io, "f", &write, &second, &error);
	ok(ret == -EAGAIN && strstr(error.text, "on host elsewhere"),
	   "the lease of another host is respected (%s)", error.text);
	sim.clock += (COW_LEASE_STALE + 1) * 1000000000LL;
	ret = cow_chain_open(&sim_io, "f", &write, &second, &error);
	ok(!ret,
	   "the lease of another host is taken over when it was not renewed in time (%s)",
	   error.text);
	if (!ret)
		cow_chain_close(second);
	vanish(chain);
}

int main(int argc, char **argv)
{
	crc();
	layouts();
	decoy();
	leases();
	fuzz(argc > 1 ? atoi(argv[1]) : 1500);
	sim_reset();
	return tap_done();
}
