// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_check.c - umlab-disk check: look for damage, and repair it
 *
 * Called by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "map.h"
#include "report.h"

static int nr_faults;

__attribute__((format(printf, 2, 3)))
static void fault(const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%s: ", path);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	nr_faults++;
}

/* Check the map and the header of one layer. */
static void layer_check(struct cow_layer *layer)
{
	const struct cow_disk_layer *header = layer->header;
	uint64_t crc_faults = 0, invalid = 0, data_end;
	struct cow_stat stat;

	if (header && header->state != COW_DIRTY && cow_map_crc_faults(layer, &crc_faults))
		fault(layer->path, "checksums of the map cannot be read");
	if (crc_faults)
		fault(layer->path, "%" PRIu64 " blocks of the map differ from their checksums",
		      crc_faults);
	if (layer->entry_bits)
		invalid = cow_map_count_invalid(layer);
	if (invalid)
		fault(layer->path, "%" PRIu64 " invalid entries in the map", invalid);
	if (layer->entry_bits && !layer->io->stat(layer->io, layer->file, &stat)) {
		data_end = cow_map_data_end(layer);
		if (data_end > cow_round_up(stat.size, 512))
			fault(layer->path, "truncated: has %" PRIu64 " bytes, but its map refers "
			      "to data up to %" PRIu64, stat.size, data_end);
	}
	if (header && header->parent.committing)
		fault(layer->path, "a commit was interrupted: run umlab-disk commit again");
	if (header && header->state == COW_DIRTY)
		printf("%s: not closed cleanly; no repair is needed\n", report_clean(layer->path));
}

static void seal_check(struct cow_layer *layer)
{
	uint8_t hash[COW_HASH_SIZE];
	int ret = cow_identity_seal_hash(layer, &report_progress, hash);

	if (ret)
		fault(layer->path, "cannot be read: %s", cow_reason(ret));
	else if (memcmp(hash, layer->header->seal_hash, COW_HASH_SIZE))
		fault(layer->path, "its content is not what was sealed");
}

/* Compare the content of a raw base with the hash that the layer above it records. */
static void base_check(const struct cow_layer *above, struct cow_layer *base)
{
	uint8_t hash[COW_HASH_SIZE];
	int ret;

	if (!above->header || above->header->parent.kind != COW_PARENT_RAW ||
	    base->kind != COW_KIND_RAW)
		return;
	ret = cow_identity_hash(base, &report_progress, hash);
	if (ret)
		fault(base->path, "cannot be read: %s", cow_reason(ret));
	else if (memcmp(hash, above->header->parent.hash, COW_HASH_SIZE))
		fault(base->path, "its content is not what %s was made on", above->path);
}

static enum status repair(const char *path)
{
	struct cow_error error = { "" };
	struct cow_layer *layer;
	uint64_t invalid;
	int ret = cow_layer_open(&cow_io_posix, path, COW_LAYER_WRITE | COW_LAYER_DAMAGED, &layer,
				 &error);

	if (ret)
		return report_failure(&error);
	if (layer->kind != COW_KIND_LAYER) {
		printf("%s: %s files have nothing to repair\n", path, cow_kind_name(layer->kind));
		cow_layer_close(layer);
		return STATUS_OK;
	}
	invalid = cow_map_count_invalid(layer);
	ret = cow_layer_begin(layer);
	if (!ret) {
		cow_map_drop_invalid(layer);
		/* cow_layer_begin() has written one of the two headers; this writes the other. */
		ret = cow_layer_put_header(layer);
	}
	if (cow_layer_close(layer) || ret)
		return report_error("%s: cannot be repaired: %s", path, cow_reason(ret));
	if (invalid)
		printf("%s: %" PRIu64 " clusters now come from the layer below\n", path, invalid);
	printf("%s: headers and checksums are rewritten to match the map\n", path);
	return STATUS_OK;
}

static void chain_check(const struct cow_chain *chain, bool data)
{
	for (unsigned int i = 0; i < chain->nr_layers; i++) {
		struct cow_layer *layer = chain->layers[i];

		if (i)
			layer_check(layer);
		if (data && layer->header && layer->header->state == COW_SEALED)
			seal_check(layer);
		if (data && i + 1 < chain->nr_layers)
			base_check(layer, chain->layers[i + 1]);
	}
}

static enum status check_run(const struct verb_args *args)
{
	const char *path = args->words.at[0];
	unsigned int flags = COW_LAYER_DAMAGED | disk_flags(args);
	struct cow_error error = { "" };
	struct cow_chain *chain;
	struct cow_layer *top;

	/* First check the top layer alone: if it is damaged, its chain cannot be opened. */
	if (cow_layer_open(&cow_io_posix, path, flags, &top, &error)) {
		puts(error.text);
		return STATUS_FAILED;
	}
	layer_check(top);
	cow_layer_close(top);
	if (verb_flag(args, "repair")) {
		if (repair(path))
			return STATUS_FAILED;
		nr_faults = 0;
	}
	if (nr_faults)
		return STATUS_FAILED;
	chain = disk_open(path, disk_flags(args), verb_value(args, "base"));
	if (!chain)
		return STATUS_FAILED;
	chain_check(chain, verb_flag(args, "data"));
	if (disk_close(chain) || report_interrupted())
		return STATUS_FAILED;
	if (nr_faults)
		return STATUS_FAILED;
	printf("%s: no damage found\n", path);
	return STATUS_OK;
}

static const struct verb_option check_options[] = {
	OPTION_BASE,
	{ .letter = 'R', .name = "repair",
	  .help = "Make invalid map entries absent, and rewrite headers and checksums" },
	{ .letter = 'D', .name = "data",
	  .help = "Read sealed layers and raw bases, and compare them with their hashes" },
	OPTION_RAW,
	{ 0 }
};

const struct verb check_verb = {
	.name = "check",
	.group = GROUP_INSPECT,
	.usage = "[OPTION]... FILE",
	.summary = "Look for damage in the headers and maps of all layers",
	.help = "A layer needs no repair after its machine was killed or the host lost power. "
		"Where a map entry was invalid, the layer below provides the cluster after a "
		"repair.",
	.options = check_options,
	.words = "file",
	.min_words = 1,
	.max_words = 1,
	.run = check_run,
};
