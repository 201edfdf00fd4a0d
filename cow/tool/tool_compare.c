// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_compare.c - umlab-disk compare, diff: read two disks side by side
 *
 * Called by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "output.h"
#include "report.h"

struct both {
	struct cow_chain *one, *other;
	uint8_t *a, *b;			/* a piece of each */
	uint64_t size;			/* of the larger disk; the other is padded with zeros */
};

static enum status both_open(struct both *both, const struct verb_args *args)
{
	unsigned int flags = COW_LAYER_SHARED | disk_flags(args);

	both->one = disk_open(args->words.at[0], flags, NULL);
	both->other = both->one ? disk_open(args->words.at[1], flags, NULL) : NULL;
	both->a = malloc(DISK_PIECE);
	both->b = malloc(DISK_PIECE);
	if (!both->other || !both->a || !both->b)
		return STATUS_FAILED;
	both->size = both->one->size > both->other->size ? both->one->size : both->other->size;
	return STATUS_OK;
}

static void both_close(struct both *both)
{
	cow_chain_close(both->one);
	cow_chain_close(both->other);
	free(both->a);
	free(both->b);
}

/* Returns how many bytes from @offset on are zeros in both disks according to their maps. */
static uint64_t zeros_size(const struct both *both, uint64_t offset)
{
	const struct cow_chain *chains[] = { both->one, both->other };
	struct cow_source source;
	uint64_t end = both->size;

	for (int i = 0; i < 2; i++) {
		if (offset >= chains[i]->size)
			continue;
		cow_chain_source(chains[i], 0, offset, chains[i]->size, &source);
		if (source.state != COW_ZERO)
			return 0;
		if (source.end < end)
			end = source.end;
	}
	return end - offset;
}

static enum status both_read(struct both *both, uint64_t offset, uint64_t size)
{
	int ret = disk_read_padded(both->one, both->a, offset, size);

	if (!ret)
		ret = disk_read_padded(both->other, both->b, offset, size);
	if (ret)
		return report_error("cannot be read at %" PRIu64 ": %s", offset, cow_reason(ret));
	return report_step("comparing", offset, both->size) ? STATUS_FAILED : STATUS_OK;
}

/*
 * Read the next piece that may differ, and set *@at and *@size to its place; size 0: no more piece.
 */
static enum status both_next(struct both *both, uint64_t *at, uint64_t *size)
{
	uint64_t skip;

	*at += *size;
	*size = 0;
	for (; *at < both->size; *at += skip) {
		skip = zeros_size(both, *at);
		if (skip)
			continue;
		*size = both->size - *at < DISK_PIECE ? both->size - *at : DISK_PIECE;
		return both_read(both, *at, *size);
	}
	return STATUS_OK;
}

/* ---- compare ------------------------------------------------------------------------- */

static enum status compare_run(const struct verb_args *args)
{
	const char *one = args->words.at[0], *other = args->words.at[1];
	struct both both = { NULL };
	enum status status = both_open(&both, args);
	uint64_t at = 0, size = 0, first = 0;

	while (!status) {
		status = both_next(&both, &at, &size);
		if (status || !size)
			break;
		if (!memcmp(both.a, both.b, size))
			continue;
		while (both.a[first] == both.b[first])
			first++;
		printf("%s and %s differ at byte %" PRIu64 "\n", one, other, at + first);
		status = STATUS_FAILED;
	}
	if (!status && both.one->size != both.other->size)
		printf("same content, but %" PRIu64 " and %" PRIu64 " bytes\n", both.one->size,
		       both.other->size);
	both_close(&both);
	return status;
}

/* ---- diff ---------------------------------------------------------------------------- */

/* Write the parts of @new that differ from @old to the new layer @path, whose base is @old. */
static enum status diff_fill(const char *path, struct cow_chain *old, struct cow_chain *new)
{
	struct cow_chain *to = disk_open(path, COW_LAYER_WRITE, NULL);
	enum status status = STATUS_OK, close_status;
	struct cow_error error = { "" };
	int ret = 0;

	if (!to)
		return STATUS_FAILED;
	if (new->size > to->size)
		ret = cow_chain_grow(to, cow_round_up(new->size, 512), &error);
	if (!ret)
		ret = disk_copy(new, to, old, &error);
	if (ret)
		status = report_failure(&error);
	close_status = disk_close(to);
	return status ? status : close_status;
}

static enum status diff_layer(const struct verb_args *args)
{
	const char *output = verb_value(args, "output"), *path = output_begin(output);
	const struct cow_create create = {
		.base = args->words.at[0],
		.base_raw = disk_flags(args) & COW_LAYER_RAW,
		.progress = &report_progress,
	};
	struct cow_chain *old = disk_open(args->words.at[0], disk_flags(args), NULL);
	struct cow_chain *new = disk_open(args->words.at[1], disk_flags(args), NULL);
	struct cow_error error = { "" };
	enum status status = STATUS_FAILED;

	if (old && new) {
		if (cow_create(&cow_io_posix, path, &create, &error))
			report_failure(&error);
		else
			status = diff_fill(path, old, new);
	}
	if (!status)
		status = output_publish(output, false);
	cow_chain_close(old);
	cow_chain_close(new);
	return status;
}

/* The last range that differs. Adjacent ranges are merged into it before it is printed. */
struct ranges {
	uint64_t start, end;		/* end 0: none yet */
};

static void ranges_print(const struct ranges *ranges)
{
	if (ranges->end)
		printf("%" PRIu64 " %" PRIu64 "\n", ranges->start, ranges->end - ranges->start);
}

static void ranges_add(struct ranges *ranges, uint64_t start, uint64_t size)
{
	if (ranges->end != start) {
		ranges_print(ranges);
		ranges->start = start;
	}
	ranges->end = start + size;
}

static enum status diff_run(const struct verb_args *args)
{
	struct both both = { NULL };
	struct ranges ranges = { 0 };
	uint64_t at = 0, size = 0;
	enum status status;

	if (verb_value(args, "output"))
		return diff_layer(args);
	status = both_open(&both, args);
	while (!status) {
		status = both_next(&both, &at, &size);
		if (status || !size)
			break;
		for (uint64_t unit = 0; unit < size; unit += DISK_UNIT) {
			size_t part = size - unit < DISK_UNIT ? size - unit : DISK_UNIT;

			if (memcmp(both.a + unit, both.b + unit, part))
				ranges_add(&ranges, at + unit, part);
		}
	}
	ranges_print(&ranges);
	both_close(&both);
	return status || ranges.end ? STATUS_FAILED : STATUS_OK;
}

/* ---- command line -------------------------------------------------------------------- */

static const struct verb_option compare_options[] = {
	OPTION_RAW,
	{ 0 }
};

const struct verb compare_verb = {
	.name = "compare",
	.group = GROUP_INSPECT,
	.usage = "[OPTION]... ONE OTHER",
	.summary = "Find out whether two disks have the same content",
	.help = "The exit status is 0 if they have. If one disk is longer, the rest of it must be "
		"zeros.",
	.options = compare_options,
	.words = "file file",
	.min_words = 2,
	.max_words = 2,
	.run = compare_run,
};

static const struct verb_option diff_options[] = {
	OPTION_OUTPUT("Write a layer with base OLD that holds the differences"),
	OPTION_RAW,
	{ 0 }
};

const struct verb diff_verb = {
	.name = "diff",
	.group = GROUP_INSPECT,
	.usage = "[OPTION]... OLD NEW",
	.summary = "Show where two disks differ, or make a layer of the differences",
	.help = "Prints start and length in bytes of each range that differs, in units of 4096 "
		"bytes. The exit status is 0 if there is none.",
	.options = diff_options,
	.words = "file file",
	.min_words = 2,
	.max_words = 2,
	.run = diff_run,
};
