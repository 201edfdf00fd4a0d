// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_convert.c - umlab-disk convert: raw, layer, COW V3, and qcow2 by way of qemu-img
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "tool.h"

static bool is_qcow2(const char *path)
{
	char head[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool yes = fd >= 0 && read(fd, head, 4) == 4 && !memcmp(head, "QFI\373", 4);

	if (fd >= 0)
		close(fd);
	return yes;
}

static int make_raw(const char *path, uint64_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666), ret = TOOL_OK;

	if (fd < 0 || ftruncate(fd, size)) {
		tool_warn("%s: %s", path, cow_reason(-errno));
		ret = TOOL_NO;
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

/* The content of @from in a new file @part. */
static int convert_chain(struct cow_chain *from, const char *part, const struct tool_options *options, bool to_raw)
{
	struct cow_create create = { .base = options->base, .cluster_bits = options->cluster_bits, .progress = &tool_progress };
	struct tool_options plain = { 0 }, raw = { .raw = to_raw };
	struct cow_chain *to = NULL, *below = NULL;
	struct cow_error error = { "" };
	int ret = TOOL_OK;

	if (!options->base)
		create.size = cow_round_up(from->size, 512);
	if (to_raw)
		ret = make_raw(part, cow_round_up(from->size, 512));
	else if (options->to && !strcmp(options->to, "cow3"))
		ret = cow_create_v3(&cow_io_posix, part, &create, &error) ? tool_fail(&error) : TOOL_OK;
	else
		ret = cow_create(&cow_io_posix, part, &create, &error) ? tool_fail(&error) : TOOL_OK;
	if (ret)
		return ret;
	to = tool_open(part, COW_LAYER_WRITE, &raw);
	if (to && options->base && !to_raw)
		below = tool_open(options->base, 0, &plain);
	ret = TOOL_NO;
	if (!to || (options->base && !to_raw && !below))
		goto out_close;
	if (from->size > to->size && cow_chain_grow(to, cow_round_up(from->size, 512), &error))
		tool_fail(&error);
	else
		ret = tool_copy(from, to, below, &error) ? tool_fail(&error) : TOOL_OK;
out_close:
	if (tool_close(to))
		ret = TOOL_NO;
	cow_chain_close(below);
	/* A raw disk may end within a sector. */
	if (!ret && to_raw && from->size % 512 && truncate(part, from->size))
		ret = TOOL_NO;
	return ret;
}

int tool_convert(int argc, char **argv, const struct tool_options *options)
{
	const char *to = options->to ? options->to : "layer", *in = argv[0], *out = argv[1];
	char between[COW_PATH + 8] = "", part[COW_PATH + 8];
	struct tool_options from_options = { .raw = options->raw };
	struct cow_chain *from;
	int ret = TOOL_OK;

	if (strcmp(to, "raw") && strcmp(to, "layer") && strcmp(to, "cow3") && strcmp(to, "qcow2")) {
		tool_warn("formats are raw, layer, cow3 and qcow2, not %s", to);
		return TOOL_USAGE;
	}
	if (!options->force && !access(out, F_OK)) {
		tool_warn("%s: exists already and stays as it is (--force replaces it)", out);
		return TOOL_NO;
	}
	snprintf(part, sizeof(part), "%s", tool_part(out));
	snprintf(between, sizeof(between), "%s.raw-between", out);
	if (is_qcow2(in)) {
		const char *const command[] = { "qemu-img", "convert", "-O", "raw", in, between, NULL };

		ret = tool_command(command);
		from_options.raw = true;
		in = between;
	}
	from = ret ? NULL : tool_open(in, 0, &from_options);
	if (!from)
		ret = TOOL_NO;
	else if (strcmp(to, "qcow2"))
		ret = convert_chain(from, part, options, !strcmp(to, "raw"));
	else
		ret = convert_chain(from, between, options, true);
	if (!ret && !strcmp(to, "qcow2")) {
		const char *const command[] = { "qemu-img", "convert", "-f", "raw", "-O", "qcow2", between, part, NULL };

		ret = tool_command(command);
	}
	cow_chain_close(from);
	unlink(between);
	if (!ret)
		ret = tool_publish(out, options->force);
	return ret;
}
