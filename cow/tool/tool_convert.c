// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_convert.c - umlab-disk convert: copy a disk to another format, also from and to qcow2
 *
 * qemu-img converts from and to qcow2. Of our formats it knows only raw, so a qcow2 file is
 * converted through the raw file OUT.raw-between, next to the output. Called by the option parser
 * through the table in umlab_disk.c, on the main thread.
 */
#include "tool_convert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "output.h"
#include "report.h"
#include "tool_create.h"

enum format { FORMAT_RAW, FORMAT_LAYER, FORMAT_COW3, FORMAT_QCOW2, NR_FORMATS };

static const char *const formats[] = {
	[FORMAT_RAW] = "raw",
	[FORMAT_LAYER] = "layer",
	[FORMAT_COW3] = "cow3",
	[FORMAT_QCOW2] = "qcow2",
};

/* ---- qemu-img ------------------------------------------------------------------------ */

static enum status command_run(const char *const *argv)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execvp(argv[0], (char *const *)argv);
		report_error("%s: not found; install the Debian package qemu-utils", argv[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return report_error("%s: cannot be started", argv[0]);
	return status ? STATUS_FAILED : STATUS_OK;
}

/*
 * Does a qcow2 file name another file that holds some of its data? qemu-img would read any file
 * of the user that the header names.
 */
static bool qcow2_refers(const char *path)
{
	/* At 8: place of the base's name; at 72, from version 3 on: features, bit 2: data file. */
	uint8_t head[80] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);
	bool refers = size < 72;

	for (int i = 8; i < 16; i++)
		refers |= head[i] != 0;
	refers |= (head[4] || head[5] || head[6] || head[7] > 2) && head[79] & 4;
	if (fd >= 0)
		close(fd);
	return refers;
}

static enum status qcow2_read(const char *from, const char *to)
{
	char *path = realpath(from, NULL);
	enum status status;

	if (!path || qcow2_refers(path)) {
		free(path);
		return report_error("%s: depends on another file, which is not read: make a file "
				    "of its own of it with qemu-img", from);
	}
	/* With the format, and "file:" before the path, qemu-img does not guess. */
	path = txt_printf("file:%s", path);
	status = command_run((const char *const []){
		"qemu-img", "convert", "-f", "qcow2", "-O", "raw", path, to, NULL });
	free(path);
	return status;
}

static enum status qcow2_write(const char *from, const char *to)
{
	return command_run((const char *const []){
		"qemu-img", "convert", "-f", "raw", "-O", "qcow2", from, to, NULL });
}

static bool is_qcow2(const char *path)
{
	char head[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool yes = fd >= 0 && read(fd, head, 4) == 4 && !memcmp(head, "QFI\373", 4);

	if (fd >= 0)
		close(fd);
	return yes;
}

/* ---- our own formats ----------------------------------------------------------------- */

static enum status make_raw(const char *path, uint64_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	enum status status = STATUS_OK;

	if (fd < 0 || ftruncate(fd, size))
		status = report_error("%s: %s", path, cow_reason(-errno));
	if (fd >= 0)
		close(fd);
	return status;
}

static enum status make_target(const char *path, enum format format,
			       const struct cow_create *create)
{
	struct cow_error error = { "" };
	int ret;

	if (format == FORMAT_RAW)
		return make_raw(path, create->size);
	if (format == FORMAT_COW3)
		ret = cow_create_v3(&cow_io_posix, path, create, &error);
	else
		ret = cow_create(&cow_io_posix, path, create, &error);
	return ret ? report_failure(&error) : STATUS_OK;
}

/* Copy the content of @from to the new file @path, which reads like its base or as zeros. */
static enum status fill_target(const char *path, enum format format, struct cow_chain *from,
			       const char *base)
{
	enum status status = STATUS_OK, close_status;
	struct cow_chain *to, *below = NULL;
	struct cow_error error = { "" };
	int ret = 0;

	to = disk_open(path, COW_LAYER_WRITE | (format == FORMAT_RAW ? COW_LAYER_RAW : 0), base);
	if (to && base)
		below = disk_open(base, 0, NULL);
	if (!to || (base && !below)) {
		status = STATUS_FAILED;
	} else {
		if (from->size > to->size)
			ret = cow_chain_grow(to, cow_round_up(from->size, 512), &error);
		if (!ret)
			ret = disk_copy(from, to, below, &error);
		if (ret)
			status = report_failure(&error);
	}
	close_status = disk_close(to);
	cow_chain_close(below);
	return status ? status : close_status;
}

static enum status convert_chain(struct cow_chain *from, const char *path, enum format format,
				 struct cow_create create)
{
	enum status status;

	if (format == FORMAT_RAW)
		create.base = NULL;
	if (!create.base)
		create.size = cow_round_up(from->size, 512);
	status = make_target(path, format, &create);
	if (!status)
		status = fill_target(path, format, from, create.base);
	/* The size of a raw disk need not be a multiple of 512. */
	if (!status && format == FORMAT_RAW && from->size % 512 && truncate(path, from->size))
		status = report_error("%s: %s", path, cow_reason(-errno));
	return status;
}

/* ---- command line -------------------------------------------------------------------- */

static enum status convert_to(const struct verb_args *args, const struct cow_create *create,
			      enum format format, const char *between)
{
	const char *in = args->words.at[0], *unfinished = output_begin(args->words.at[1]);
	unsigned int flags = disk_flags(args);
	enum status status = STATUS_OK;
	struct cow_chain *from;

	if (is_qcow2(in)) {
		bool direct = format == FORMAT_RAW && !create->base;

		status = qcow2_read(in, direct ? unfinished : between);
		if (status || direct)
			return status;
		in = between;
		flags = COW_LAYER_RAW;
	}
	from = disk_open(in, flags, verb_value(args, "below"));
	if (!from)
		return STATUS_FAILED;
	if (format == FORMAT_QCOW2) {
		status = convert_chain(from, between, FORMAT_RAW, *create);
		if (!status)
			status = qcow2_write(between, unfinished);
	} else {
		status = convert_chain(from, unfinished, format, *create);
	}
	cow_chain_close(from);
	return status;
}

static enum status convert_run(const struct verb_args *args)
{
	const char *out = args->words.at[1], *to = verb_value(args, "to");
	enum format format = FORMAT_LAYER;
	char between[COW_PATH + 16];
	struct cow_create create;
	enum status status = create_options(args, &create);

	if (status)
		return status;
	if (to)
		for (format = 0; format < NR_FORMATS && strcmp(to, formats[format]); format++)
			;
	if (format == NR_FORMATS)
		return verb_usage(args, "--to: '%s' is not raw, layer, cow3 or qcow2", to);
	if (!verb_flag(args, "force") && !access(out, F_OK))
		return report_error("%s: exists already; --force replaces it", out);
	snprintf(between, sizeof(between), "%s.raw-between", out);
	status = convert_to(args, &create, format, between);
	unlink(between);
	return status ? status : output_publish(out, verb_flag(args, "force"));
}

static const struct verb_option convert_options[] = {
	{ .letter = 'b', .name = "base", .value = "BASE", .kind = "file",
	  .help = "Make an overlay on BASE that holds only what differs from it" },
	{ .name = "below", .value = "BASE", .kind = "file",
	  .help = "Use BASE as the layer below IN instead of the recorded one" },
	{ .letter = 't', .name = "to", .value = "FORMAT",
	  .kind = "=layer|=raw|=cow3|=qcow2", .help = "Set the format of OUT",
	  .range = "layer, raw, cow3, qcow2", .preset = "layer" },
	OPTION_CLUSTER,
	{ .letter = 'r', .name = "raw",
	  .help = "Treat IN as raw even if it starts like an overlay" },
	{ .letter = 'f', .name = "force", .help = "Replace OUT if it exists" },
	{ 0 }
};

const struct verb convert_verb = {
	.name = "convert",
	.group = GROUP_TRANSFER,
	.usage = "[OPTION]... IN OUT",
	.summary = "Copy a disk into another format",
	.help = "The format of IN is recognized. qcow2, in either direction, needs qemu-img "
		"from the Debian package qemu-utils.",
	.options = convert_options,
	.words = "file file",
	.min_words = 2,
	.max_words = 2,
	.run = convert_run,
};
