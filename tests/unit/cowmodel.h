// SPDX-License-Identifier: GPL-2.0-only
/*
 * cowmodel.h - model what a disk may hold, for comparison with cow/
 *
 * Each sector carries its number and a generation; generation 0 is a sector of zeros. For each
 * sector the model lists the generations that the sector may have. After a successful flush this is
 * one generation. Otherwise the sector may have the flushed generation or any that was written
 * later, acknowledged or not.
 *
 * Included by the unit tests of cow/.
 */
#ifndef COWMODEL_H
#define COWMODEL_H

#include "simdisk.h"
#include "tap.h"

enum { MODEL_SECTORS = 2048, MODEL_SIZE = MODEL_SECTORS * 512, MODEL_MAX = 24 };

struct model {
	struct {
		uint32_t may[MODEL_MAX];	/* may[0]: flushed; the last one: newest */
		unsigned int nr;
		bool unsure;		/* a write failed: any of may[] is legal */
	} sector[MODEL_SECTORS];
	uint32_t generation;
};

static void sector_fill(void *to, uint32_t sector, uint32_t generation)
{
	uint32_t *word = to;

	for (int i = 0; i < 128; i++)
		word[i] = generation ? (i % 2 ? generation : sector) : 0;
}

/* Returns the generation of a sector's bytes, or -1 if no write can have stored them. */
static int64_t sector_generation(const void *from, uint32_t sector)
{
	const uint32_t *word = from;
	uint32_t want[128];

	sector_fill(want, sector, word[1]);
	return memcmp(want, word, 512) ? -1 : (int64_t)word[1];
}

static void model_write(struct model *model, uint32_t sector, uint32_t generation,
			bool acknowledged)
{
	unsigned int nr = model->sector[sector].nr;

	if (nr == MODEL_MAX) {		/* drop the second entry: the model gets stricter */
		memmove(&model->sector[sector].may[1], &model->sector[sector].may[2],
			(nr - 2) * sizeof(uint32_t));
		nr--;
	}
	model->sector[sector].may[nr] = generation;
	model->sector[sector].nr = nr + 1;
	model->sector[sector].unsure |= !acknowledged;
	if (acknowledged)
		model->sector[sector].unsure = false;
}

static void model_flushed(struct model *model)
{
	for (int i = 0; i < MODEL_SECTORS; i++) {
		if (model->sector[i].unsure)
			continue;
		model->sector[i].may[0] = model->sector[i].may[model->sector[i].nr - 1];
		model->sector[i].nr = 1;
	}
}

static bool model_allows(const struct model *model, uint32_t sector, int64_t generation,
			 bool crashed)
{
	unsigned int nr = model->sector[sector].nr;

	if (!crashed && !model->sector[sector].unsure)
		return generation == model->sector[sector].may[nr - 1];
	for (unsigned int i = 0; i < nr; i++)
		if (generation == model->sector[sector].may[i])
			return true;
	return false;
}

/* Returns the first sector with wrong content, -1 if all are right, or -2 if reading fails. */
static int model_compare(const struct model *model, struct cow_chain *chain, bool crashed)
{
	static uint8_t buf[MODEL_SIZE];
	struct cow_iovec vec = { buf, MODEL_SIZE };

	if (cow_chain_read(chain, &vec, 1, 0, MODEL_SIZE, 0))
		return -2;
	for (int i = 0; i < MODEL_SECTORS; i++)
		if (!model_allows(model, i, sector_generation(buf + i * 512, i), crashed))
			return i;
	return -1;
}

/* After a crash, accept the current content as flushed. */
static void model_adopt(struct model *model, struct cow_chain *chain)
{
	static uint8_t buf[MODEL_SIZE];
	struct cow_iovec vec = { buf, MODEL_SIZE };

	if (cow_chain_read(chain, &vec, 1, 0, MODEL_SIZE, 0))
		return;
	for (int i = 0; i < MODEL_SECTORS; i++) {
		model->sector[i].may[0] = sector_generation(buf + i * 512, i);
		model->sector[i].nr = 1;
		model->sector[i].unsure = false;
	}
}

static struct sim_file *model_base(struct model *model, const char *name)
{
	static uint8_t buf[MODEL_SIZE];

	model->generation = 1;
	for (int i = 0; i < MODEL_SECTORS; i++) {
		uint32_t generation = i % 7 ? 1 : 0;

		sector_fill(buf + i * 512, i, generation);
		model->sector[i].may[0] = generation;
		model->sector[i].nr = 1;
		model->sector[i].unsure = false;
	}
	return sim_make(name, buf, MODEL_SIZE);
}

/* Make one random request; returns the result of the chain. */
static int model_step(struct model *model, struct cow_chain *chain, bool *flushed)
{
	static uint8_t buf[MODEL_SIZE];
	uint32_t count = 1 + sim_random(sim_random(4) ? 24 : 300);
	uint32_t first = sim_random(MODEL_SECTORS), generation;
	unsigned int what = sim_random(20), nr = 1;
	struct cow_iovec vec[8];
	int ret;

	*flushed = false;
	if (count > MODEL_SECTORS - first)
		count = MODEL_SECTORS - first;
	if (what == 0) {
		ret = cow_chain_flush(chain);
		*flushed = !ret;
		if (!ret)
			model_flushed(model);
		return ret;
	}
	if (what < 5) {
		ret = what < 3 ? cow_chain_zero(chain, first * 512ULL, count * 512ULL) :
				 cow_chain_discard(chain, first * 512ULL, count * 512ULL);
		if (ret == -EOPNOTSUPP)
			return 0;
		for (uint32_t i = 0; i < count; i++)
			model_write(model, first + i, 0, !ret);
		return ret;
	}
	generation = ++model->generation;
	for (uint32_t i = 0; i < count; i++)
		sector_fill(buf + i * 512, first + i, generation);
	vec[0] = (struct cow_iovec){ buf, count * 512 };
	/* Split the request into pieces, like the scattered pages of a guest. */
	while (nr < 8 && vec[nr - 1].size > 1024 && sim_random(2)) {
		size_t cut = 512 * (1 + sim_random(vec[nr - 1].size / 512 - 1));

		vec[nr] = (struct cow_iovec){ (uint8_t *)vec[nr - 1].base + cut,
					      vec[nr - 1].size - cut };
		vec[nr - 1].size = cut;
		nr++;
	}
	/* Try write_now first and then the full write, as the driver does. */
	if (sim_random(2))
		ret = cow_chain_write_now(chain, vec, nr, first * 512ULL, count * 512ULL);
	else
		ret = -EAGAIN;
	if (ret == -EAGAIN)
		ret = cow_chain_write(chain, vec, nr, first * 512ULL, count * 512ULL);
	for (uint32_t i = 0; i < count; i++)
		model_write(model, first + i, generation, !ret);
	return ret;
}

/*
 * Make a chain and return the name of its top. @kind 'r' is a raw file, 'v' is COW V3 on a raw
 * file; any other kind is @depth layers on a raw file.
 */
static const char *model_chain(struct model *model, char kind, int depth, unsigned int cluster_bits)
{
	static char names[80][24];
	struct cow_create create = { .cluster_bits = cluster_bits };
	struct cow_error error = { "" };
	struct cow_options write = { .flags = COW_LAYER_WRITE };
	struct cow_chain *chain;
	bool flushed;

	sim_reset();
	model_base(model, "base");
	if (kind == 'r')
		return "base";
	create.base = "base";
	if (kind == 'v') {
		if (cow_create_v3(&sim_io, "v3", &create, &error))
			bail("%s", error.text);
		return "v3";
	}
	for (int i = 0; i < depth; i++) {
		snprintf(names[i], sizeof(names[i]), "layer%d", i);
		create.cluster_bits = cluster_bits ? cluster_bits : 12 + sim_random(5);
		if (cow_create(&sim_io, names[i], &create, &error))
			bail("%s", error.text);
		create.base = names[i];
		if (i == depth - 1)
			break;
		if (cow_chain_open(&sim_io, names[i], &write, &chain, &error))
			bail("%s", error.text);
		for (int step = 0; step < 12; step++)
			model_step(model, chain, &flushed);
		if (cow_chain_close(chain))
			bail("cannot close %s", names[i]);
		model_flushed(model);
	}
	return names[depth - 1];
}

#endif /* COWMODEL_H */
