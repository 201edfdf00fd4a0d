// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_make.c - umlab-disk create, seal, resize, snapshot, rollback
 */
#include <stdlib.h>
#include <unistd.h>
#include "tool.h"

int tool_create(int argc, char **argv, const struct tool_options *options)
{
	const struct cow_create create = {
		.base = options->base,
		.base_raw = options->raw,
		.size = options->size,
		.cluster_bits = options->cluster_bits,
		.progress = &tool_progress,
	};
	struct cow_error error = { "" };
	int ret;

	if (options->to && !strcmp(options->to, "cow3"))
		ret = cow_create_v3(&cow_io_posix, argv[0], &create, &error);
	else if (options->to && strcmp(options->to, "layer"))
		return tool_warn("create makes --to layer or cow3, not %s", options->to), TOOL_USAGE;
	else
		ret = cow_create(&cow_io_posix, argv[0], &create, &error);
	return ret ? tool_fail(&error) : TOOL_OK;
}

int tool_seal(int argc, char **argv, const struct tool_options *options)
{
	struct cow_error error = { "" }, why_not;
	uint8_t hash[COW_HASH_SIZE];
	struct cow_layer *layer;
	int ret = cow_layer_open(&cow_io_posix, argv[0], COW_LAYER_WRITE, &layer, &error);

	/* A raw base may well be read-only, or in use by machines that read it: only its neighbour is written. */
	if (ret == -EACCES || ret == -EROFS || ret == -EPERM || ret == -EAGAIN) {
		why_not = error;
		ret = cow_layer_open(&cow_io_posix, argv[0], 0, &layer, &error);
		if (!ret && layer->kind != COW_KIND_RAW) {
			cow_layer_close(layer);
			error = why_not;
			ret = -EPERM;
		}
	}
	if (ret)
		return tool_fail(&error);
	if (layer->old) {
		tool_warn("%s: %s cannot be sealed: convert it to a layer", argv[0], cow_kind_name(layer->kind));
		ret = -EINVAL;
	} else if (layer->kind == COW_KIND_RAW) {
		ret = cow_identity_hash(layer, &tool_progress, hash);
		if (!ret)
			ret = cow_identity_note(layer, hash, &error);
	} else {
		ret = cow_layer_sync(layer);
		if (!ret)
			ret = cow_identity_seal_hash(layer, &tool_progress, hash);
		if (!ret)
			ret = cow_layer_seal(layer, hash);
	}
	if (ret)
		tool_fail(error.text[0] ? &error : (cow_fail(&error, ret, "%s: %s", argv[0], cow_reason(ret)), &error));
	cow_layer_close(layer);
	return ret ? TOOL_NO : TOOL_OK;
}

int tool_resize(int argc, char **argv, const struct tool_options *options)
{
	uint64_t size = tool_parse_size(argv[1]);
	struct cow_chain *chain = tool_open(argv[0], COW_LAYER_WRITE, options);
	struct cow_error error = { "" };
	int ret;

	if (!chain)
		return TOOL_NO;
	ret = cow_chain_grow(chain, size, &error) ? tool_fail(&error) : TOOL_OK;
	return tool_close(chain) || ret;
}

/* ---- snapshots: FILE and FILE with NAME in it ------------------------------------------ */

/* "top.cow", "monday" -> "top.monday.cow" */
static void snapshot_name(const char *path, const char *name, char *result)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	int stem = dot && dot > (slash ? slash + 1 : path) ? dot - path : (int)strlen(path);

	if (!name[0] || strchr(name, '/') || name[0] == '.') {
		tool_warn("'%s' is no name for a snapshot", name);
		exit(TOOL_USAGE);
	}
	if (snprintf(result, COW_PATH, "%.*s.%s%s", stem, path, name, path + stem) >= COW_PATH)
		tool_die("%s: the name is too long", path);
}

/* FILE becomes a new overlay on @base; nobody sees it missing. */
static int put_overlay(const char *path, const char *base)
{
	const struct cow_create create = { .base = base, .progress = &tool_progress };
	struct cow_error error = { "" };
	const char *part = tool_part(path);

	/* The part lies in the same folder, so the recorded paths hold for the name too. */
	if (cow_create(&cow_io_posix, part, &create, &error))
		return tool_fail(&error);
	return tool_publish(path, true);
}

static bool is_layer(const char *path)
{
	struct cow_error error = { "" };
	struct cow_layer *layer;
	bool good;

	/* For writing: whoever has it open must not go on under the new name. */
	if (cow_layer_open(&cow_io_posix, path, COW_LAYER_WRITE, &layer, &error)) {
		tool_fail(&error);
		return false;
	}
	good = layer->kind == COW_KIND_LAYER;
	if (!good)
		tool_warn("%s: is %s: only layers have snapshots; umlab-disk create makes one over it", path, cow_kind_name(layer->kind));
	return !cow_layer_close(layer) && good;
}

int tool_snapshot(int argc, char **argv, const struct tool_options *options)
{
	char kept[COW_PATH];
	int ret;

	snapshot_name(argv[0], argv[1], kept);
	if (!is_layer(argv[0]))
		return TOOL_NO;
	ret = cow_io_posix.link(&cow_io_posix, argv[0], kept);
	if (ret) {
		tool_warn("%s: %s", kept, cow_reason(ret));
		return TOOL_NO;
	}
	ret = put_overlay(argv[0], kept);
	if (ret)
		unlink(kept);
	else
		printf("%s is an overlay on %s now\n", argv[0], kept);
	return ret;
}

int tool_rollback(int argc, char **argv, const struct tool_options *options)
{
	char kept[COW_PATH], undone[COW_PATH];
	int ret;

	snapshot_name(argv[0], argv[1], kept);
	if (access(kept, R_OK)) {
		tool_warn("%s: no such snapshot: %s", argv[0], kept);
		return TOOL_NO;
	}
	if (!is_layer(argv[0]))
		return TOOL_NO;
	if (snprintf(undone, sizeof(undone), "%s~", argv[0]) >= (int)sizeof(undone))
		tool_die("%s: the name is too long", argv[0]);
	unlink(undone);
	ret = cow_io_posix.link(&cow_io_posix, argv[0], undone);
	if (ret) {
		tool_warn("%s: %s", undone, cow_reason(ret));
		return TOOL_NO;
	}
	ret = put_overlay(argv[0], kept);
	if (ret)
		unlink(undone);
	else
		printf("%s is as in %s; what it was is %s\n", argv[0], kept, undone);
	return ret;
}
