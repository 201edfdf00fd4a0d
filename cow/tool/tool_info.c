// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_info.c - umlab-disk info, map, check
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include "lease.h"
#include "map.h"
#include "tool.h"

static void json_string(const char *name, const char *value, const char *end)
{
	printf("\"%s\": \"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			printf("\\%c", *value);
		else if ((unsigned char)*value < 32)
			printf("\\u%04x", *value);
		else
			putchar(*value);
	}
	printf("\"%s", end);
}

static const char *uuid_text(const uint8_t *uuid)
{
	static char text[COW_UUID_TEXT];

	cow_text(text, sizeof(text), "%I", uuid);
	return text;
}

static const char *state_name(uint32_t state)
{
	return state == COW_SEALED ? "sealed" : state == COW_DIRTY ? "dirty" : "clean";
}

/* Bytes of the disk that this layer holds. */
static uint64_t held(const struct cow_layer *layer, enum cow_cluster wanted)
{
	uint64_t bytes = 0;

	if (!layer->entry_bits)
		return wanted == COW_DATA ? layer->size : 0;
	for (uint64_t at = 0, count; at < layer->nr_clusters; at += count) {
		count = layer->nr_clusters - at;
		if (cow_map_run(layer, at, &count) == wanted)
			bytes += count << layer->cluster_bits;
	}
	return bytes;
}

static uint64_t on_host(const struct cow_layer *layer)
{
	struct stat st;

	return fstat(layer->file, &st) ? 0 : st.st_blocks * 512ULL;
}

static const char *backing(const struct cow_layer *layer)
{
	if (layer->old)
		return layer->old->backing;
	if (!layer->header || layer->header->parent.kind == COW_PARENT_NONE)
		return "";
	return layer->header->parent_relative[0] ? layer->header->parent_relative : layer->header->parent_absolute;
}

static void show_layer(const struct cow_layer *layer)
{
	printf("%s\n  format     %s\n  disk       %s (%lu bytes)\n  on host    %s\n", layer->path, cow_kind_name(layer->kind),
	       tool_size_text(layer->size), (unsigned long)layer->size, tool_size_text(on_host(layer)));
	if (layer->entry_bits)
		printf("  holds      %s data, %s zeros, in clusters of %lu\n", tool_size_text(held(layer, COW_DATA)),
		       tool_size_text(layer->entry_bits == 2 ? held(layer, COW_ZERO) : 0), (unsigned long)cow_layer_cluster_size(layer));
	if (layer->header) {
		const struct cow_disk_owner *owner = &layer->header->owner;
		char who[160];

		printf("  state      %s\n  uuid       %s\n", state_name(layer->header->state), uuid_text(layer->header->uuid));
		if (owner->pid) {
			cow_owner_text(owner, who, sizeof(who));
			printf("  opened by  %s%s\n", who, cow_io_posix.owner_alive(&cow_io_posix, owner) ? "" : " (gone)");
		}
	}
	if (backing(layer)[0])
		printf("  stands on  %s\n", backing(layer));
}

static void show_layer_json(const struct cow_layer *layer, bool last)
{
	printf("    {");
	json_string("file", layer->path, ", ");
	json_string("format", cow_kind_name(layer->kind), ", ");
	printf("\"size\": %lu, \"on_host\": %lu", (unsigned long)layer->size, (unsigned long)on_host(layer));
	if (layer->entry_bits)
		printf(", \"cluster\": %lu, \"data\": %lu, \"zeros\": %lu", (unsigned long)cow_layer_cluster_size(layer),
		       (unsigned long)held(layer, COW_DATA), (unsigned long)(layer->entry_bits == 2 ? held(layer, COW_ZERO) : 0));
	if (layer->header) {
		printf(", ");
		json_string("state", state_name(layer->header->state), ", ");
		json_string("uuid", uuid_text(layer->header->uuid), ", ");
		printf("\"owner_pid\": %lu, ", (unsigned long)layer->header->owner.pid);
		json_string("owner_host", layer->header->owner.host, "");
	}
	if (backing(layer)[0]) {
		printf(", ");
		json_string("base", backing(layer), "");
	}
	printf("}%s\n", last ? "" : ",");
}

int tool_info(int argc, char **argv, const struct tool_options *options)
{
	struct cow_chain *chain;

	if (options->break_lock) {
		int ret = cow_lease_break(&cow_io_posix, argv[0]);

		if (ret) {
			tool_warn("%s: %s", argv[0], ret == -ENOENT ? "nobody has a lease on it" : cow_reason(ret));
			return TOOL_NO;
		}
		return TOOL_OK;
	}
	/* Without a lock: what a machine has open can be looked at. */
	chain = tool_open(argv[0], COW_LAYER_SHARED, options);
	if (!chain)
		return TOOL_NO;
	if (options->json)
		printf("{\n  \"size\": %lu,\n  \"layers\": [\n", (unsigned long)chain->size);
	for (unsigned int i = 0; i < chain->nr_layers; i++) {
		if (options->json)
			show_layer_json(chain->layers[i], i + 1 == chain->nr_layers);
		else
			show_layer(chain->layers[i]);
	}
	if (options->json)
		puts("  ]\n}");
	return tool_close(chain);
}

int tool_map(int argc, char **argv, const struct tool_options *options)
{
	struct cow_chain *chain = tool_open(argv[0], COW_LAYER_SHARED, options);
	struct cow_source source, next;
	const char *separator = "";

	if (!chain)
		return TOOL_NO;
	if (options->json)
		puts("[");
	else
		printf("%16s %16s  %s\n", "start", "length", "from");
	for (uint64_t at = 0; at < chain->size; at = source.end) {
		const char *from;

		cow_chain_source(chain, 0, at, chain->size, &source);
		while (source.end < chain->size) {
			cow_chain_source(chain, 0, source.end, chain->size, &next);
			if (next.state != source.state || (next.state == COW_DATA && next.layer != source.layer))
				break;
			source.end = next.end;
		}
		from = source.state == COW_ZERO ? "zeros" : chain->layers[source.layer]->path;
		if (options->json) {
			printf("%s  {\"start\": %lu, \"length\": %lu, \"zero\": %s, \"depth\": %u}", separator, (unsigned long)at,
			       (unsigned long)(source.end - at), source.state == COW_ZERO ? "true" : "false",
			       source.state == COW_ZERO ? 0 : source.layer);
			separator = ",\n";
		} else {
			printf("%16lu %16lu  %s\n", (unsigned long)at, (unsigned long)(source.end - at), from);
		}
	}
	if (options->json)
		puts("\n]");
	return tool_close(chain);
}

/* ---- check -------------------------------------------------------------------------------- */

static int faults;

__attribute__((format(printf, 2, 3)))
static void fault(const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%s: ", path);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	faults++;
}

/* Map and header of one layer. */
static void check_layer(struct cow_layer *layer)
{
	uint64_t crc_faults = 0, invalid = 0;
	struct cow_stat stat;

	if (layer->kind == COW_KIND_LAYER && layer->header->state != COW_DIRTY && cow_map_crc_faults(layer, &crc_faults))
		fault(layer->path, "the checksums of its map cannot be read");
	if (crc_faults)
		fault(layer->path, "%lu blocks of its map differ from their checksums", (unsigned long)crc_faults);
	if (layer->entry_bits)
		invalid = cow_map_count_invalid(layer);
	if (invalid)
		fault(layer->path, "%lu impossible entries in its map", (unsigned long)invalid);
	if (layer->entry_bits && !layer->io->stat(layer->io, layer->file, &stat) &&
	    cow_map_data_end(layer) > cow_round_up(stat.size, 512))
		fault(layer->path, "%lu bytes long, but its map speaks of data up to %lu: truncated",
		      (unsigned long)stat.size, (unsigned long)cow_map_data_end(layer));
	if (layer->header && layer->header->parent.committing)
		fault(layer->path, "a commit was interrupted: run it again");
	if (layer->header && layer->header->state == COW_DIRTY)
		printf("%s: was not closed in order; nothing needs repair\n", layer->path);
}

static void check_seal(struct cow_layer *layer)
{
	uint8_t hash[COW_HASH_SIZE];
	int ret = cow_identity_seal_hash(layer, &tool_progress, hash);

	if (ret)
		fault(layer->path, "cannot be read: %s", cow_reason(ret));
	else if (memcmp(hash, layer->header->seal_hash, COW_HASH_SIZE))
		fault(layer->path, "its content is not what was sealed");
}

/* Everything that the top layer says of the one below, by reading that. */
static void check_parent(const struct cow_layer *above, struct cow_layer *below)
{
	uint8_t hash[COW_HASH_SIZE];
	int ret;

	if (!above->header || above->header->parent.kind != COW_PARENT_RAW || below->kind != COW_KIND_RAW)
		return;
	ret = cow_identity_hash(below, &tool_progress, hash);
	if (ret)
		fault(below->path, "cannot be read: %s", cow_reason(ret));
	else if (memcmp(hash, above->header->parent.hash, COW_HASH_SIZE))
		fault(below->path, "its content is not what %s was made on", above->path);
}

static int repair(const char *path)
{
	struct cow_error error = { "" };
	struct cow_layer *layer;
	uint64_t invalid;
	int ret = cow_layer_open(&cow_io_posix, path, COW_LAYER_WRITE | COW_LAYER_DAMAGED, &layer, &error);

	if (ret)
		return tool_fail(&error);
	if (layer->kind != COW_KIND_LAYER) {
		printf("%s: %s has nothing that could be repaired\n", path, cow_kind_name(layer->kind));
		cow_layer_close(layer);
		return TOOL_OK;
	}
	invalid = cow_map_count_invalid(layer);
	ret = cow_layer_begin(layer);
	if (!ret) {
		cow_map_drop_invalid(layer);
		/* Twice, so that both headers are new. */
		ret = cow_layer_put_header(layer);
	}
	if (cow_layer_close(layer) || ret) {
		tool_warn("%s: cannot be repaired: %s", path, cow_reason(ret));
		return TOOL_NO;
	}
	if (invalid)
		printf("%s: %lu clusters are those of the layer below now\n", path, (unsigned long)invalid);
	printf("%s: headers and checksums are those of the map as it is\n", path);
	return TOOL_OK;
}

int tool_check(int argc, char **argv, const struct tool_options *options)
{
	struct cow_error error = { "" };
	struct cow_chain *chain;
	struct cow_layer *top;
	unsigned int flags = COW_LAYER_DAMAGED | (options->raw ? COW_LAYER_RAW : 0);

	/* First the layer alone: its chain does not open when it is damaged. */
	if (cow_layer_open(&cow_io_posix, argv[0], flags, &top, &error)) {
		puts(error.text);
		return TOOL_NO;
	}
	check_layer(top);
	cow_layer_close(top);
	if (options->repair) {
		if (repair(argv[0]))
			return TOOL_NO;
		faults = 0;
	}
	if (faults)
		return TOOL_NO;
	chain = tool_open(argv[0], 0, options);
	if (!chain)
		return TOOL_NO;
	for (unsigned int i = 0; i < chain->nr_layers; i++) {
		struct cow_layer *layer = chain->layers[i];

		if (i)
			check_layer(layer);
		if (options->data && layer->header && layer->header->state == COW_SEALED)
			check_seal(layer);
		if (options->data && i + 1 < chain->nr_layers)
			check_parent(layer, chain->layers[i + 1]);
	}
	if (tool_close(chain) || tool_interrupted())
		return TOOL_NO;
	if (!faults)
		printf("%s: no damage found\n", argv[0]);
	return faults ? TOOL_NO : TOOL_OK;
}
