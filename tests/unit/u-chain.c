// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-chain.c - compare chains of layers with a model: contents, crashes, failing calls
 *
 * Runs the real library on a simulated disk (simdisk.h), on one thread. The model (cowmodel.h)
 * knows what each sector may hold. An argument multiplies the number of trials. `make check-unit`
 * runs this program on the host.
 *
 * This file is longer than 500 lines because all its trials use one simulated disk and one model.
 */
#include "cowmodel.h"
#include "map.h"

static struct model model;
static struct cow_error error;
static const struct cow_options write_options = { .flags = COW_LAYER_WRITE };
static const struct cow_options read_options;

static const struct shape {
	char kind;
	int depth;
	unsigned int cluster_bits;
	const char *title;
} shapes[] = {
	{ 'r', 0, 0, "raw" },
	{ 'v', 1, 0, "COW V3" },
	{ 'l', 1, 12, "one layer, 4 KiB" },
	{ 'l', 1, 16, "one layer, 64 KiB" },
	{ 'l', 3, 0, "3 layers of mixed cluster sizes" },
	{ 'l', 8, 12, "8 layers" },
};

#define NR_SHAPES (int)(sizeof(shapes) / sizeof(shapes[0]))

/* ---- contents ---------------------------------------------------------------------- */

static void contents(const struct shape *shape, int rounds)
{
	const char *top = model_chain(&model, shape->kind, shape->depth, shape->cluster_bits);
	struct cow_chain *chain;
	int bad = -1, ret = 0;
	bool flushed;

	for (int round = 0; round < rounds && bad == -1 && !ret; round++) {
		ret = cow_chain_open(&sim_io, top, &write_options, &chain, &error);
		if (ret)
			break;
		for (int step = 0; step < 60 && !ret; step++)
			ret = model_step(&model, chain, &flushed);
		bad = model_compare(&model, chain, false);
		ret = ret ? ret : cow_chain_close(chain);
		model_flushed(&model);
		if (ret || cow_chain_open(&sim_io, top, &read_options, &chain, &error))
			break;
		if (bad == -1)
			bad = model_compare(&model, chain, false);
		cow_chain_close(chain);
	}
	ok(bad == -1 && !ret,
	   "%s: after %d sessions of random requests the disk is as the model says (sector %d, "
	   "error %d %s)",
	   shape->title, rounds, bad, ret, error.text);
}

static void lower_layers_stay(void)
{
	const char *top = model_chain(&model, 'l', 3, 12);
	uint32_t before[3], after[3];
	const char *names[] = { "base", "layer0", "layer1" };
	struct cow_chain *chain;
	bool flushed;

	for (int i = 0; i < 3; i++)
		before[i] = sim_find(names[i])->mtime;
	if (!cow_chain_open(&sim_io, top, &write_options, &chain, &error)) {
		for (int step = 0; step < 50; step++)
			model_step(&model, chain, &flushed);
		cow_chain_close(chain);
	}
	for (int i = 0; i < 3; i++)
		after[i] = sim_find(names[i])->mtime;
	ok(!memcmp(before, after, sizeof(before)), "a write reaches only the top layer");
}

static void many_layers(void)
{
	const char *top = model_chain(&model, 'l', 64, 12);
	struct cow_create create = { .base = "layer63" };
	struct cow_chain *chain = NULL;
	int ret = cow_chain_open(&sim_io, top, &write_options, &chain, &error);

	ok(!ret && model_compare(&model, chain, false) == -1,
	   "64 layers over a raw file read correctly (%s)", error.text);
	cow_chain_close(chain);
	ret = cow_create(&sim_io, "layer64", &create, &error);
	ret = ret ? ret : cow_chain_open(&sim_io, "layer64", &write_options, &chain, &error);
	ok(ret == -EMLINK && strstr(error.text, "more than 64 layers"),
	   "a 65th layer is refused with a message (%s)", error.text);
}

/* A write to a part of a cluster keeps the rest of the cluster. */
static void parts_of_clusters(void)
{
	struct cow_chain *chain;
	uint8_t buf[512];
	struct cow_iovec vec = { buf, 512 };
	const char *top = model_chain(&model, 'l', 1, 16);
	uint64_t count = 1;

	if (cow_chain_open(&sim_io, top, &write_options, &chain, &error))
		bail("%s", error.text);
	sector_fill(buf, 77, 2);
	cow_chain_write(chain, &vec, 1, 77 * 512, 512);
	model_write(&model, 77, 2, true);
	ok(model_compare(&model, chain, false) == -1,
	   "a write of one sector to a 64 KiB cluster changes only that sector");
	cow_chain_zero(chain, 65536, 65536);
	ok(cow_map_run(chain->layers[0], 1, &count) == COW_ZERO,
	   "zeroing a whole cluster changes only its map entry");
	for (int i = 128; i < 256; i++)
		model_write(&model, i, 0, true);
	sector_fill(buf, 130, 3);
	vec = (struct cow_iovec){ buf, 512 };
	cow_chain_write(chain, &vec, 1, 130 * 512, 512);
	model_write(&model, 130, 3, true);
	ok(model_compare(&model, chain, false) == -1,
	   "a write of one sector to a zeroed cluster leaves the rest zero");
	ok(cow_chain_write(chain, &(struct cow_iovec){ buf, 512 }, 1, MODEL_SIZE, 512) == -EINVAL,
	   "a write after the end of the disk is refused");
	vec = (struct cow_iovec){ buf, 512 };
	ok(cow_chain_read(chain, &vec, 1, MODEL_SIZE - 256, 512, 0) == -EINVAL,
	   "a read across the end of the disk is refused");
	cow_chain_close(chain);
	if (cow_chain_open(&sim_io, top, &read_options, &chain, &error))
		bail("%s", error.text);
	ok(cow_chain_write(chain, &(struct cow_iovec){ buf, 512 }, 1, 0, 512) == -EROFS,
	   "a write to a chain that was opened for reading is refused");
	cow_chain_close(chain);
}

/* A guest may change its memory while a request is under way, as a disk's DMA would allow. */
static uint8_t changing[4096];

static void looks_like_overlay(uint8_t *memory)
{
	static const uint8_t v3[] = { 'O', 'O', 'O', 'M', 0, 0, 0, 3 };

	memcpy(memory, v3, sizeof(v3));
}

/* Changes the memory after the library has checked it, and before the host reads it. */
static ssize_t writev_raced(const struct cow_io *io, int file, struct cow_iovec *vec,
			    unsigned int count, uint64_t offset)
{
	looks_like_overlay(changing);
	return sim_io.writev(&sim_io, file, vec, count, offset);
}

static bool disk_is_raw(const char *name)
{
	return cow_header_kind(sim_find(name)->now, COW_HEAD_SIZE) == COW_KIND_RAW;
}

static void raw_guard(void)
{
	static const unsigned int first[] = { 4096, 512, 4, 1, 511 };
	struct cow_io raced = sim_io;
	struct cow_options raw_options = { .flags = COW_LAYER_WRITE | COW_LAYER_RAW };
	const char *top = model_chain(&model, 'r', 0, 0);
	struct cow_chain *chain;
	struct cow_iovec vec[2];
	bool good = true;
	int ret;

	raced.writev = writev_raced;
	if (cow_chain_open(&raced, top, &write_options, &chain, &error))
		bail("%s", error.text);
	for (unsigned int i = 0; i < 2 * sizeof(first) / sizeof(first[0]); i++) {
		unsigned int size = first[i / 2], all = size > 512 ? 4096 : 1024;

		memset(changing, 7, sizeof(changing));
		vec[0] = (struct cow_iovec){ changing, size };
		vec[1] = (struct cow_iovec){ changing + size, all - size };
		if (i % 2)
			ret = cow_chain_write_now(chain, vec, size < all ? 2 : 1, 0, all);
		else
			ret = cow_chain_write(chain, vec, size < all ? 2 : 1, 0, all);
		good &= !ret && disk_is_raw(top) && sim_find(top)->now[all - 1] == 7;
	}
	ok(good, "memory that changes during a write cannot put a header on a raw disk");
	memset(changing, 0, sizeof(changing));
	looks_like_overlay(changing);
	for (unsigned int version = 0; version < 5; version++) {
		changing[7] = version;
		vec[0] = (struct cow_iovec){ changing, 4 };
		vec[1] = (struct cow_iovec){ changing + 4, 4092 };
		good &= cow_chain_write(chain, vec, 2, 0, 4096) == -EPERM && disk_is_raw(top);
	}
	memcpy(changing, (uint8_t[]){ 'M', 'O', 'O', 'O', 1, 0, 0, 0 }, 8);
	vec[0] = (struct cow_iovec){ changing, 4096 };
	good &= cow_chain_write(chain, vec, 1, 0, 4096) == -EPERM && disk_is_raw(top);
	ok(good, "a header of any version, in any pieces, is refused on a raw disk");
	cow_chain_close(chain);
	if (cow_chain_open(&sim_io, top, &raw_options, &chain, &error))
		bail("%s", error.text);
	vec[0] = (struct cow_iovec){ changing, 4096 };
	ok(!cow_chain_write(chain, vec, 1, 0, 4096) && !disk_is_raw(top),
	   "a disk that the user declared raw may hold anything");
	cow_chain_close(chain);
}

static void sizes(void)
{
	static const uint64_t bytes[] = { 512, 1000, 1024, 4096, 4097, 32768, 65536 + 512,
					  1 << 20 };
	static uint8_t data[(1 << 20) + 4096], got[(1 << 20) + 4096];
	struct cow_chain *chain;
	bool good = true;

	memset(data, 0x5a, sizeof(data));
	for (unsigned int i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		struct cow_create create = { .base = "odd" };
		uint64_t size = cow_round_up(bytes[i], 512);

		sim_reset();
		sim_make("odd", data, bytes[i]);
		if (cow_create(&sim_io, "top", &create, &error) ||
		    cow_chain_open(&sim_io, "top", &write_options, &chain, &error)) {
			good = false;
			break;
		}
		good &= chain->size == size;
		memset(got, 1, sizeof(got));
		good &= !cow_chain_read(chain, &(struct cow_iovec){ got, size }, 1, 0, size, 0) &&
			!memcmp(got, data, bytes[i]) && (size == bytes[i] || got[bytes[i]] == 0);
		/* The last sector may be the only one in its cluster. */
		good &= !cow_chain_write(chain, &(struct cow_iovec){ got, 512 }, 1, size - 512,
					 512);
		good &= !cow_chain_zero(chain, 0, size);
		good &= !cow_chain_close(chain);
		good &= !cow_chain_open(&sim_io, "top", &read_options, &chain, &error);
		good &= !cow_chain_read(chain, &(struct cow_iovec){ got, size }, 1, 0, size, 0) &&
			!got[0] && !got[size - 1];
		cow_chain_close(chain);
	}
	ok(good,
	   "disks of 512 bytes to 1 MiB, also of odd sizes, work up to their last sector (%s)",
	   error.text);
}

static void growing(void)
{
	const char *top = model_chain(&model, 'l', 2, 12);
	static uint8_t buf[4096], got[4096];
	struct cow_chain *chain;
	uint64_t size = MODEL_SIZE + 5 * 1024 * 1024 + 512;
	int ret;

	if (cow_chain_open(&sim_io, top, &write_options, &chain, &error))
		bail("%s", error.text);
	ret = cow_chain_grow(chain, size, &error);
	ok(!ret && chain->size == size, "a layer grows (%s)", error.text);
	ok(model_compare(&model, chain, false) == -1, "growing keeps the content");
	ok(!cow_chain_read(chain, &(struct cow_iovec){ got, 4096 }, 1, size - 4096, 4096, 0) &&
	   !memcmp(got, buf, 4096),
	   "the new part reads as zeros");
	memset(buf, 7, sizeof(buf));
	ret = cow_chain_write(chain, &(struct cow_iovec){ buf, 512 }, 1, size - 512, 512);
	ok(!ret && cow_chain_grow(chain, size - 512, &error) == -EINVAL,
	   "the new end can be written, and the layer does not shrink");
	ok(!cow_chain_close(chain) &&
	   !cow_chain_open(&sim_io, top, &read_options, &chain, &error) && chain->size == size &&
	   !cow_chain_read(chain, &(struct cow_iovec){ got, 512 }, 1, size - 512, 512, 0) &&
	   !memcmp(got, buf, 512),
	   "size and content are the same when the grown layer is opened again (%s)", error.text);
	cow_chain_close(chain);
}

/* A write must not extend a raw file that someone has truncated. */
static void cut_file(void)
{
	const char *top = model_chain(&model, 'r', 0, 0);
	static uint8_t buf[4096];
	struct cow_iovec vec = { buf, 4096 };
	struct cow_chain *chain;
	int full, now;

	if (cow_chain_open(&sim_io, top, &write_options, &chain, &error))
		bail("%s", error.text);
	sim_find(top)->size = 65536;
	full = cow_chain_write(chain, &vec, 1, 65536, 4096);
	vec = (struct cow_iovec){ buf, 4096 };
	now = cow_chain_write_now(chain, &vec, 1, 65536, 4096);
	ok(full == -EIO && now == -EIO && sim_find(top)->size == 65536,
	   "a write after the end of a truncated raw file fails (%d %d)", full, now);
	vec = (struct cow_iovec){ buf, 4096 };
	ok(!cow_chain_write_now(chain, &vec, 1, 65536 - 4096, 4096),
	   "a write before that end succeeds");
	cow_chain_close(chain);
}

/* If cow_chain_write_now() refuses a request, it leaves the request unchanged. */
static void write_now(void)
{
	const char *top = model_chain(&model, 'l', 1, 12);
	static uint8_t buf[4096];
	struct cow_iovec vec = { buf, 4096 };
	struct cow_chain *chain;
	int before, part, whole, again;

	if (cow_chain_open(&sim_io, top, &write_options, &chain, &error))
		bail("%s", error.text);
	before = cow_chain_write_now(chain, &vec, 1, 8192, 4096);
	ok(before == -EAGAIN && vec.size == 4096 && !chain->layers[0]->begun,
	   "write_now refuses the first write, which changes the header");
	cow_layer_begin(chain->layers[0]);
	vec.size = 512;
	part = cow_chain_write_now(chain, &vec, 1, 8192, 512);
	ok(part == -EAGAIN && vec.size == 512, "write_now refuses a part of an absent cluster");
	vec.size = 4096;
	whole = cow_chain_write_now(chain, &vec, 1, 8192, 4096);
	vec = (struct cow_iovec){ buf, 512 };
	again = cow_chain_write_now(chain, &vec, 1, 8192 + 512, 512);
	for (int i = 16; i < 24; i++)
		model_write(&model, i, 0, true);
	ok(!whole && !again && model_compare(&model, chain, false) == -1,
	   "write_now writes a whole cluster, and a part of a cluster that the layer holds");
	chain->layers[0]->remote = true;
	vec = (struct cow_iovec){ buf, 512 };
	ok(cow_chain_write_now(chain, &vec, 1, 8192, 512) == -EAGAIN,
	   "write_now refuses a remote file, which may take long");
	cow_chain_close(chain);
}

/* ---- crashes ------------------------------------------------------------------------ */

struct tally {
	int trials, bad, unopened;
	int sector;
};

static void crash_trial(const struct shape *shape, struct tally *tally)
{
	const char *top = model_chain(&model, shape->kind, shape->depth, shape->cluster_bits);
	struct cow_chain *chain;
	bool flushed;
	int bad;

	tally->trials++;
	/* The second session writes to the disk that the crash of the first one left. */
	for (int life = 0; life < 2; life++) {
		if (cow_chain_open(&sim_io, top, &write_options, &chain, &error)) {
			tally->unopened++;
			return;
		}
		sim.calls = 0;
		sim.power_off = 1 + sim_random(sim_random(2) ? 250 : 2000);
		for (int step = 0; step < 40; step++)
			if (model_step(&model, chain, &flushed))
				break;
		/* If the power is still on, cut it in a flush, where the order of writes counts. */
		if (sim.calls < (unsigned long)sim.power_off) {
			sim.power_off = sim.calls + 1 + sim_random(5);
			if (!cow_chain_flush(chain))
				model_flushed(&model);
		}
		if (!sim_random(3)) {
			if (!cow_chain_close(chain))
				model_flushed(&model);
			chain = NULL;
		}
		sim.power_off = 1;
		cow_chain_close(chain);
		sim_crash();
		sim.clock += 1000000000;
		if (cow_chain_open(&sim_io, top, &read_options, &chain, &error)) {
			tally->unopened++;
			return;
		}
		bad = model_compare(&model, chain, true);
		if (bad != -1) {
			tally->bad++;
			tally->sector = bad;
		}
		model_adopt(&model, chain);
		cow_chain_close(chain);
		if (bad != -1)
			return;
	}
}

static void crashes(const struct shape *shape, int trials)
{
	struct tally tally = { .sector = -1 };

	while (tally.trials < trials)
		crash_trial(shape, &tally);
	ok(!tally.bad && !tally.unopened,
	   "%s: after each of %d power failures every sector is old or new, and flushed sectors "
	   "are new (%d wrong, first sector %d; %d chains did not open: %s)",
	   shape->title, 2 * trials, tally.bad, tally.sector, tally.unopened, error.text);
}

/* ---- failing calls ------------------------------------------------------------------- */

/* Let the n-th call fail, for every n. No data is damaged, whether or not a request fails. */
static void failing_calls(const struct shape *shape, int error_code, int stride)
{
	unsigned long n, last = 0;
	int bad = 0, first_bad = -1;

	/* Run 0 lets no call fail and counts the calls. */
	for (n = 0; n <= last; n = n ? n + stride : 1 + sim_random(stride)) {
		struct cow_chain *chain = NULL;
		const char *top;
		bool flushed, lost = false;
		int ret, close_error = 0, where = -1;

		sim.seed = 4242;	/* the same requests each time */
		top = model_chain(&model, shape->kind, shape->depth, shape->cluster_bits);
		sim.calls = 0;
		sim.fail_at = n;
		sim.fail_with = error_code;
		ret = cow_chain_open(&sim_io, top, &write_options, &chain, &error);
		if (!ret) {
			for (int step = 0; step < 30; step++) {
				model_step(&model, chain, &flushed);
				lost |= chain->layers[0]->lost != 0;
			}
			/* Acknowledged writes can be read while the chain is open. */
			where = lost ? -1 : model_compare(&model, chain, false);
			if (where == -2 && sim.calls >= n)
				where = -1;
			close_error = cow_chain_close(chain);
			if (!close_error && !lost)
				model_flushed(&model);
		}
		if (!n)
			last = sim.calls;
		sim_crash();
		sim.clock += 1000000000;
		if (cow_chain_open(&sim_io, top, &read_options, &chain, &error)) {
			where = -3;
		} else {
			if (where == -1)
				where = model_compare(&model, chain, true);
			cow_chain_close(chain);
		}
		if (where != -1) {
			bad++;
			if (first_bad < 0)
				first_bad = n;
		}
	}
	ok(!bad,
	   "%s: error %d from any %s of %lu calls damages nothing (%d did, first call %d)",
	   shape->title,
	   error_code, stride > 1 ? "sampled one" : "one", last, bad, first_bad);
	error.text[0] = 0;
}

/* Tests that after a failed sync no later flush or write succeeds. */
static void failed_sync(const struct shape *shape)
{
	const char *top = model_chain(&model, shape->kind, shape->depth, shape->cluster_bits);
	static uint8_t buf[4096];
	struct cow_chain *chain;
	struct cow_iovec vec = { buf, 4096 };
	int first, second, third;

	if (cow_chain_open(&sim_io, top, &write_options, &chain, &error))
		bail("%s", error.text);
	cow_chain_write(chain, &vec, 1, 8192, 4096);
	sim.calls = 0;
	sim.fail_at = 1;
	sim.fail_with = -EIO;
	first = cow_chain_flush(chain);
	second = cow_chain_flush(chain);
	vec = (struct cow_iovec){ buf, 4096 };
	third = cow_chain_write(chain, &vec, 1, 8192, 4096);
	ok(first == -EIO && second == -EIO && third == -EIO,
	   "%s: after a failed sync all later flushes and writes fail (%d %d %d)",
	   shape->title, first, second, third);
	ok(cow_chain_close(chain) == -EIO,
	   "%s: closing the chain reports the failed sync", shape->title);
}

static void full_disk(void)
{
	const char *top = model_chain(&model, 'l', 1, 12);
	static uint8_t buf[4096];
	struct cow_chain *chain;
	int written, flushed, again;

	if (cow_chain_open(&sim_io, top, &write_options, &chain, &error))
		bail("%s", error.text);
	for (int i = 0; i < 8; i++)
		sector_fill(buf + i * 512, 16 + i, 9);
	cow_layer_begin(chain->layers[0]);
	sim.calls = 0;
	sim.fail_at = 1;
	sim.fail_with = -ENOSPC;
	written = cow_chain_write(chain, &(struct cow_iovec){ buf, 4096 }, 1, 8192, 4096);
	ok(written == -ENOSPC && model_compare(&model, chain, false) == -1,
	   "a write without space on the host fails with ENOSPC and keeps the old content");
	again = cow_chain_write(chain, &(struct cow_iovec){ buf, 4096 }, 1, 8192, 4096);
	for (int i = 0; i < 8; i++)
		model_write(&model, 16 + i, 9, true);
	/* The sync succeeds; the write of the map fails. */
	sim.calls = 0;
	sim.fail_at = 2;
	flushed = cow_chain_flush(chain);
	ok(!again && flushed == -ENOSPC,
	   "a flush without space for the map fails with ENOSPC (%d %d)", again, flushed);
	ok(!cow_chain_flush(chain) && !cow_chain_close(chain),
	   "the flush succeeds when there is space again");
	sim_crash();
	ok(!cow_chain_open(&sim_io, top, &read_options, &chain, &error) &&
	   model_compare(&model, chain, false) == -1,
	   "after that nothing is lost");
	cow_chain_close(chain);
}

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 1;

	for (int i = 0; i < NR_SHAPES; i++)
		contents(&shapes[i], 20 * times);
	lower_layers_stay();
	many_layers();
	parts_of_clusters();
	sizes();
	growing();
	cut_file();
	raw_guard();
	write_now();
	for (int i = 0; i < NR_SHAPES; i++)
		crashes(&shapes[i], (shapes[i].depth > 3 ? 20 : 80) * times);
	for (int i = 1; i < NR_SHAPES; i++) {
		int stride = shapes[i].depth > 1 ? 17 : 5;

		failing_calls(&shapes[i], -EIO, times > 1 ? 1 : stride);
		failing_calls(&shapes[i], -ENOSPC, times > 1 ? 1 : stride);
	}
	for (int i = 0; i < 3; i++)
		failed_sync(&shapes[i]);
	full_disk();
	sim_reset();
	return tap_done();
}
