// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_flatten.c - umlab-disk flatten: copy a whole chain into one layer without a base
 *
 * Called by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_flatten.h"

#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "output.h"
#include "report.h"

/* Copy all of @from into a new layer @path without a base. */
static enum status copy_all(struct cow_chain *from, const char *path)
{
	struct cow_create create = { .size = cow_round_up(from->size, 512) };
	struct cow_error error = { "" };
	enum status status = STATUS_OK, close_status;
	struct cow_chain *to;

	if (from->layers[0]->header)
		create.cluster_bits = from->layers[0]->cluster_bits;
	if (cow_create(&cow_io_posix, path, &create, &error))
		return report_failure(&error);
	to = disk_open(path, COW_LAYER_WRITE, NULL);
	if (!to)
		return STATUS_FAILED;
	if (disk_copy(from, to, NULL, &error))
		status = report_failure(&error);
	close_status = disk_close(to);
	return status ? status : close_status;
}

static enum status flatten_run(const struct verb_args *args)
{
	const char *path = args->words.at[0], *output = verb_value(args, "output");
	const char *result = output ? output : path;
	unsigned int flags = disk_flags(args);
	struct cow_chain *from;
	enum status status;

	if (output && !output_is_free(output))
		return STATUS_FAILED;
	/* Lock out writers of a file that is about to be replaced. */
	if (!output)
		flags |= COW_LAYER_WRITE;
	from = disk_open(path, flags, verb_value(args, "base"));
	if (!from)
		return STATUS_FAILED;
	status = copy_all(from, output_begin(result));
	if (!status)
		status = output_publish(result, !output);
	/* Without --output the old file has been replaced, so it need not be closed cleanly. */
	if (cow_chain_close(from) && output)
		status = STATUS_FAILED;
	return status;
}

static const struct verb_option flatten_options[] = {
	OPTION_BASE,
	OPTION_OUTPUT("Write the result to OUT and leave FILE unchanged"),
	OPTION_RAW,
	{ 0 }
};

const struct verb flatten_verb = {
	.name = "flatten",
	.group = GROUP_CHANGE,
	.usage = "[OPTION]... FILE",
	.summary = "Make a disk independent of the layers below it",
	.help = "The result is one layer without a base that holds the whole content of the disk.",
	.options = flatten_options,
	.words = "file",
	.min_words = 1,
	.max_words = 1,
	.run = flatten_run,
};
