// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_snapshot.c - umlab-disk snapshot, rollback: keep a state of a disk, and go back to it
 *
 * A snapshot of top.cow called monday is the file top.monday.cow: the current layer gets that
 * name, and top.cow becomes a new, empty overlay on it. Rolling back makes a new overlay on the
 * snapshot and keeps the layer that was on top as top.cow~.
 * Called by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_snapshot.h"

#include <stdio.h>
#include <unistd.h>

#include "common_options.h"
#include "cow.h"
#include "io_posix.h"
#include "output.h"
#include "report.h"

/* Make the path of a snapshot: "top.cow", "monday" -> "top.monday.cow". */
static enum status snapshot_path(const struct verb_args *args, char result[COW_PATH])
{
	const char *path = args->words.at[0], *name = args->words.at[1];
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	int stem = dot && dot > (slash ? slash + 1 : path) ? dot - path : (int)strlen(path);

	if (!name[0] || strchr(name, '/') || name[0] == '.')
		return verb_usage(args, "invalid snapshot name '%s'; it must not be empty, begin "
				  "with '.' or contain '/'", name);
	if (snprintf(result, COW_PATH, "%.*s.%s%s", stem, path, name, path + stem) >= COW_PATH)
		return report_error("%s: the name is too long", path);
	return STATUS_OK;
}

/* Replace @path with a new overlay on @base. The name @path exists at every moment. */
static enum status put_overlay(const char *path, const char *base)
{
	const struct cow_create create = { .base = base, .progress = &report_progress };
	struct cow_error error = { "" };
	/* The unfinished file is in the same folder, so its recorded paths stay valid for @path. */
	const char *unfinished = output_begin(path);

	if (cow_create(&cow_io_posix, unfinished, &create, &error))
		return report_failure(&error);
	return output_publish(path, true);
}

/*
 * Fails unless the file is a layer that no other program has open: such a program would go on using
 * the file under its new name. Opening for writing takes the lock that excludes other programs.
 */
static enum status require_layer(const char *path)
{
	enum status status = STATUS_OK;
	struct cow_error error = { "" };
	struct cow_layer *layer;

	if (cow_layer_open(&cow_io_posix, path, COW_LAYER_WRITE, &layer, &error))
		return report_failure(&error);
	if (layer->kind != COW_KIND_LAYER)
		status = report_error("%s: is %s, but only layers have snapshots; make an overlay "
				      "on it with umlab-disk create", path,
				      cow_kind_name(layer->kind));
	return cow_layer_close(layer) ? STATUS_FAILED : status;
}

/* Keep @path under the name @kept, and put an overlay on @base in its place. */
static enum status keep_and_replace(const char *path, const char *kept, const char *base)
{
	enum status status;
	int ret = cow_io_posix.link(&cow_io_posix, path, kept);

	if (ret)
		return report_error("%s: %s", kept, cow_reason(ret));
	status = put_overlay(path, base);
	if (status)
		unlink(kept);
	return status;
}

static enum status snapshot_run(const struct verb_args *args)
{
	const char *path = args->words.at[0];
	char kept[COW_PATH];
	enum status status = snapshot_path(args, kept);

	if (!status)
		status = require_layer(path);
	if (!status)
		status = keep_and_replace(path, kept, kept);
	if (!status)
		printf("%s is now an overlay on %s\n", path, kept);
	return status;
}

static enum status rollback_run(const struct verb_args *args)
{
	const char *path = args->words.at[0];
	char snapshot[COW_PATH], undone[COW_PATH];
	enum status status = snapshot_path(args, snapshot);

	if (status)
		return status;
	if (access(snapshot, R_OK))
		return report_error("%s: no such snapshot: %s", path, snapshot);
	if (snprintf(undone, sizeof(undone), "%s~", path) >= (int)sizeof(undone))
		return report_error("%s: the name is too long", path);
	status = require_layer(path);
	if (status)
		return status;
	unlink(undone);
	status = keep_and_replace(path, undone, snapshot);
	if (!status)
		printf("%s is as it was in %s; its later state is kept in %s\n", path, snapshot,
		       undone);
	return status;
}

const struct verb snapshot_verb = {
	.name = "snapshot",
	.group = GROUP_CHANGE,
	.usage = "FILE NAME",
	.summary = "Keep the present state as a layer below FILE",
	.help = "top.cow with NAME monday is kept as top.monday.cow; top.cow is then an empty "
		"overlay on it.",
	.words = "file",
	.min_words = 2,
	.max_words = 2,
	.run = snapshot_run,
};

const struct verb rollback_verb = {
	.name = "rollback",
	.group = GROUP_CHANGE,
	.usage = "FILE NAME",
	.summary = "Return to the state of a snapshot",
	.help = "The changes since the snapshot are kept as FILE~.",
	.words = "file",
	.min_words = 2,
	.max_words = 2,
	.run = rollback_run,
};
