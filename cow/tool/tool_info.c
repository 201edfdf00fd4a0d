// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_info.c - umlab-disk info, map: describe a disk, and show which file holds which part of it
 *
 * Both verbs open the chain without locks, so that they work while a machine uses the disk. Called
 * by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_info.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "lease.h"
#include "map.h"
#include "report.h"

static void json_string(const char *name, const char *text, const char *end)
{
	const char *value = report_clean(text);

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

static void json_number(const char *name, uint64_t value, const char *end)
{
	printf("\"%s\": %" PRIu64 "%s", name, value, end);
}

/* ---- info ---------------------------------------------------------------------------- */

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

/* Returns for how many bytes of the disk the map of this layer says @wanted. */
static uint64_t held(const struct cow_layer *layer, enum cow_cluster wanted)
{
	uint64_t bytes = 0;

	if (!layer->entry_bits)
		return wanted == COW_DATA ? layer->size : 0;
	/* A map with one bit for each cluster cannot express zeros. */
	if (layer->entry_bits == 1 && wanted == COW_ZERO)
		return 0;
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

static const char *base_path(const struct cow_layer *layer)
{
	const struct cow_disk_layer *header = layer->header;

	if (layer->old)
		return layer->old->backing;
	if (!header || header->parent.kind == COW_PARENT_NONE)
		return "";
	return header->parent_relative[0] ? header->parent_relative : header->parent_absolute;
}

static void owner_print(const struct cow_disk_owner *owner)
{
	char who[160];

	cow_owner_text(owner, who, sizeof(who));
	printf("  opened by  %s%s\n", report_clean(who),
	       cow_io_posix.owner_alive(&cow_io_posix, owner) ? "" : " (gone)");
}

static void layer_print(const struct cow_layer *layer)
{
	printf("%s\n  format     %s\n", report_clean(layer->path), cow_kind_name(layer->kind));
	printf("  disk       %s (%" PRIu64 " bytes)\n", txt_size(layer->size), layer->size);
	printf("  on host    %s\n", txt_size(on_host(layer)));
	if (layer->entry_bits)
		printf("  holds      %s data, %s zeros, in clusters of %" PRIu64 " bytes\n",
		       txt_size(held(layer, COW_DATA)), txt_size(held(layer, COW_ZERO)),
		       cow_layer_cluster_size(layer));
	if (layer->header) {
		printf("  state      %s\n", state_name(layer->header->state));
		printf("  uuid       %s\n", uuid_text(layer->header->uuid));
		if (layer->header->owner.pid)
			owner_print(&layer->header->owner);
	}
	if (base_path(layer)[0])
		printf("  base       %s\n", report_clean(base_path(layer)));
}

static void layer_print_json(const struct cow_layer *layer, bool last)
{
	printf("    {");
	json_string("file", layer->path, ", ");
	json_string("format", cow_kind_name(layer->kind), ", ");
	json_number("size", layer->size, ", ");
	json_number("on_host", on_host(layer), "");
	if (layer->entry_bits) {
		printf(", ");
		json_number("cluster", cow_layer_cluster_size(layer), ", ");
		json_number("data", held(layer, COW_DATA), ", ");
		json_number("zeros", held(layer, COW_ZERO), "");
	}
	if (layer->header) {
		printf(", ");
		json_string("state", state_name(layer->header->state), ", ");
		json_string("uuid", uuid_text(layer->header->uuid), ", ");
		json_number("owner_pid", layer->header->owner.pid, ", ");
		json_string("owner_host", layer->header->owner.host, "");
	}
	if (base_path(layer)[0]) {
		printf(", ");
		json_string("base", base_path(layer), "");
	}
	printf("}%s\n", last ? "" : ",");
}

static enum status lease_break(const char *path)
{
	int ret = cow_lease_break(&cow_io_posix, path);

	if (!ret)
		return STATUS_OK;
	return report_error("%s: %s", path, ret == -ENOENT ? "has no lease" : cow_reason(ret));
}

static enum status info_run(const struct verb_args *args)
{
	const char *path = args->words.at[0];
	bool json = verb_flag(args, "json");
	struct cow_chain *chain;

	if (verb_flag(args, "break-lock"))
		return lease_break(path);
	chain = disk_open(path, COW_LAYER_SHARED | disk_flags(args), verb_value(args, "base"));
	if (!chain)
		return STATUS_FAILED;
	if (json)
		printf("{\n  \"size\": %" PRIu64 ",\n  \"layers\": [\n", chain->size);
	for (unsigned int i = 0; i < chain->nr_layers; i++) {
		if (json)
			layer_print_json(chain->layers[i], i + 1 == chain->nr_layers);
		else
			layer_print(chain->layers[i]);
	}
	if (json)
		puts("  ]\n}");
	return disk_close(chain);
}

/* ---- map ----------------------------------------------------------------------------- */

/* Find the source of the content at @at, and merge neighbouring ranges of the same source. */
static void source_find(const struct cow_chain *chain, uint64_t at, struct cow_source *source)
{
	struct cow_source next;

	cow_chain_source(chain, 0, at, chain->size, source);
	while (source->end < chain->size) {
		cow_chain_source(chain, 0, source->end, chain->size, &next);
		if (next.state != source->state ||
		    (next.state == COW_DATA && next.layer != source->layer))
			return;
		source->end = next.end;
	}
}

static enum status map_run(const struct verb_args *args)
{
	struct cow_chain *chain = disk_open(args->words.at[0], COW_LAYER_SHARED | disk_flags(args),
					    verb_value(args, "base"));
	bool json = verb_flag(args, "json");
	struct cow_source source;

	if (!chain)
		return STATUS_FAILED;
	if (json)
		puts("[");
	else
		printf("%16s %16s  %s\n", "start", "length", "from");
	for (uint64_t at = 0; at < chain->size; at = source.end) {
		bool zero;

		source_find(chain, at, &source);
		zero = source.state == COW_ZERO;
		if (json)
			printf("%s  {\"start\": %" PRIu64 ", \"length\": %" PRIu64
			       ", \"zero\": %s, \"depth\": %u}", at ? ",\n" : "", at,
			       source.end - at, zero ? "true" : "false", zero ? 0 : source.layer);
		else
			printf("%16" PRIu64 " %16" PRIu64 "  %s\n", at, source.end - at,
			       zero ? "zeros" : report_clean(chain->layers[source.layer]->path));
	}
	if (json)
		puts("\n]");
	return disk_close(chain);
}

/* ---- command line -------------------------------------------------------------------- */

static const struct verb_option info_options[] = {
	OPTION_BASE,
	OPTION_JSON,
	OPTION_RAW,
	{ .name = "break-lock",
	  .help = "Remove the lease on FILE; use this only if its holder is certainly gone" },
	{ 0 }
};

const struct verb info_verb = {
	.name = "info",
	.group = GROUP_INSPECT,
	.usage = "[OPTION]... FILE",
	.summary = "Show format, size and state of a disk and of each layer below it",
	.help = "Works while a machine uses the disk.",
	.options = info_options,
	.words = "file",
	.min_words = 1,
	.max_words = 1,
	.run = info_run,
};

static const struct verb_option map_options[] = {
	OPTION_BASE,
	OPTION_JSON,
	OPTION_RAW,
	{ 0 }
};

const struct verb map_verb = {
	.name = "map",
	.group = GROUP_INSPECT,
	.usage = "[OPTION]... FILE",
	.summary = "Show which file holds which part of a disk",
	.options = map_options,
	.words = "file",
	.min_words = 1,
	.max_words = 1,
	.run = map_run,
};
