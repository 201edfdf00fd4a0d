// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_create.c - umlab-disk create, seal, resize: verbs that call one function of the library
 *
 * Called by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_create.h"

#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "report.h"

/* ---- create -------------------------------------------------------------------------- */

static enum status size_option(const struct verb_args *args, const char *option, const char *text,
			       uint64_t *size)
{
	if (txt_size_parse(text, 1, size) && *size)
		return STATUS_OK;
	return verb_usage(args, "%s: invalid size '%s'; give bytes, or a number with K, M, G or T",
			  option, text);
}

static enum status cluster_option(const struct verb_args *args, unsigned int *cluster_bits)
{
	const char *text = verb_value(args, "cluster");
	uint64_t size;

	if (!text)
		return STATUS_OK;
	for (*cluster_bits = COW_CLUSTER_BITS_MIN; *cluster_bits <= COW_CLUSTER_BITS_MAX;
	     ++*cluster_bits)
		if (txt_size_parse(text, 1, &size) && size == 1ULL << *cluster_bits)
			return STATUS_OK;
	return verb_usage(args, "--cluster: '%s' is not 4K, 8K, 16K, 32K or 64K", text);
}

enum status create_options(const struct verb_args *args, struct cow_create *create)
{
	const char *size = verb_value(args, "size");
	enum status status = STATUS_OK;

	*create = (struct cow_create){
		.base = verb_value(args, "base"),
		.progress = &report_progress,
	};
	if (size)
		status = size_option(args, "--size", size, &create->size);
	return status ? status : cluster_option(args, &create->cluster_bits);
}

static enum status create_run(const struct verb_args *args)
{
	const char *path = args->words.at[0], *to = verb_value(args, "to");
	struct cow_error error = { "" };
	struct cow_create create;
	enum status status = create_options(args, &create);
	int ret;

	if (status)
		return status;
	create.base_raw = disk_flags(args) & COW_LAYER_RAW;
	if (!to || !strcmp(to, "layer"))
		ret = cow_create(&cow_io_posix, path, &create, &error);
	else if (!strcmp(to, "cow3"))
		ret = cow_create_v3(&cow_io_posix, path, &create, &error);
	else
		return verb_usage(args, "--to: '%s' is not layer or cow3", to);
	return ret ? report_failure(&error) : STATUS_OK;
}

/* ---- seal ---------------------------------------------------------------------------- */

/*
 * A raw base may be read-only, or in use by machines that read it. Sealing a raw base writes only
 * the identity file next to it, so opening the base for reading is enough.
 */
static int open_to_seal(const char *path, struct cow_layer **layer, struct cow_error *error)
{
	struct cow_error why_not;
	int ret = cow_layer_open(&cow_io_posix, path, COW_LAYER_WRITE, layer, error);

	if (ret != -EACCES && ret != -EROFS && ret != -EPERM && ret != -EAGAIN)
		return ret;
	why_not = *error;
	ret = cow_layer_open(&cow_io_posix, path, 0, layer, error);
	if (!ret && (*layer)->kind != COW_KIND_RAW) {
		cow_layer_close(*layer);
		*error = why_not;
		ret = -EPERM;
	}
	return ret;
}

static int seal_raw(struct cow_layer *layer, struct cow_error *error)
{
	uint8_t hash[COW_HASH_SIZE];
	int ret = cow_identity_hash(layer, &report_progress, hash);

	return ret ? ret : cow_identity_note(layer, hash, error);
}

static int seal_layer(struct cow_layer *layer)
{
	uint8_t hash[COW_HASH_SIZE];
	int ret = cow_layer_sync(layer);

	if (!ret)
		ret = cow_identity_seal_hash(layer, &report_progress, hash);
	return ret ? ret : cow_layer_seal(layer, hash);
}

static enum status seal_run(const struct verb_args *args)
{
	const char *path = args->words.at[0];
	struct cow_error error = { "" };
	struct cow_layer *layer;
	int ret = open_to_seal(path, &layer, &error);

	if (ret)
		return report_failure(&error);
	if (layer->old)
		ret = cow_fail(&error, -EINVAL,
			       "%s: %s cannot be sealed: convert it to a layer first", path,
			       cow_kind_name(layer->kind));
	else
		ret = layer->kind == COW_KIND_RAW ? seal_raw(layer, &error) : seal_layer(layer);
	if (ret && !error.text[0])
		cow_fail(&error, ret, "%s: %s", path, cow_reason(ret));
	if (ret)
		report_failure(&error);
	cow_layer_close(layer);
	return ret ? STATUS_FAILED : STATUS_OK;
}

/* ---- resize -------------------------------------------------------------------------- */

static enum status resize_run(const struct verb_args *args)
{
	struct cow_error error = { "" };
	enum status status, close_status;
	struct cow_chain *chain;
	uint64_t size;

	status = size_option(args, "SIZE", args->words.at[1], &size);
	if (status)
		return status;
	chain = disk_open(args->words.at[0], COW_LAYER_WRITE | disk_flags(args),
			  verb_value(args, "base"));
	if (!chain)
		return STATUS_FAILED;
	if (cow_chain_grow(chain, size, &error))
		status = report_failure(&error);
	close_status = disk_close(chain);
	return status ? status : close_status;
}

/* ---- command line -------------------------------------------------------------------- */

static const struct verb_option create_verb_options[] = {
	{ .letter = 'b', .name = "base", .value = "BASE", .kind = "file",
	  .help = "Make an overlay on BASE; without a base the disk is empty" },
	{ .letter = 's', .name = "size", .value = "SIZE",
	  .help = "Set the size of the disk: bytes, or a number with K, M, G or T",
	  .preset = "the size of BASE", .range = "at most 64T" },
	OPTION_CLUSTER,
	{ .letter = 't', .name = "to", .value = "FORMAT", .kind = "=layer|=cow3",
	  .help = "Set the format of the file", .range = "layer, cow3", .preset = "layer" },
	{ .letter = 'r', .name = "raw",
	  .help = "Treat BASE as raw even if it starts like an overlay" },
	{ 0 }
};

const struct verb create_verb = {
	.name = "create",
	.group = GROUP_INSPECT,
	.usage = "[OPTION]... FILE",
	.summary = "Make a new layer on a base, or an empty disk",
	.help = "FILE appears when it is complete; an existing file is never replaced. The new "
		"disk may be larger than its base; the rest reads as zeros.",
	.examples = "  umlab-disk create --base debian-12.img course.cow\n"
		    "  umlab-disk create --size 10G empty.cow",
	.options = create_verb_options,
	.words = "file",
	.min_words = 1,
	.max_words = 1,
	.run = create_run,
};

const struct verb seal_verb = {
	.name = "seal",
	.group = GROUP_CHANGE,
	.usage = "FILE",
	.summary = "Declare a layer or a raw base finished, and record its hash",
	.help = "A sealed layer is never written again; its header holds the hash of its content. "
		"The hash of a raw base is recorded in FILE.umlab-id, so that overlays on it are "
		"made without reading the whole base.",
	.words = "file",
	.min_words = 1,
	.max_words = 1,
	.run = seal_run,
};

static const struct verb_option resize_options[] = {
	OPTION_BASE,
	OPTION_RAW,
	{ 0 }
};

const struct verb resize_verb = {
	.name = "resize",
	.group = GROUP_CHANGE,
	.usage = "[OPTION]... FILE SIZE",
	.summary = "Enlarge a disk",
	.help = "SIZE is the new size: bytes, or a number with K, M, G or T, at most 64T. A disk "
		"cannot shrink.",
	.options = resize_options,
	.words = "file",
	.min_words = 2,
	.max_words = 2,
	.run = resize_run,
};
