// SPDX-License-Identifier: GPL-2.0-only
/*
 * disk_io.c - open, close, read, write and copy chains for the verbs, with error messages
 *
 * Used by all verbs of umlab-disk on the main thread; tool_nbd.c also transfers on its own
 * threads.
 */
#include "disk_io.h"

#include <stdlib.h>

#include "io_posix.h"
#include "report.h"

unsigned int disk_flags(const struct verb_args *args)
{
	return verb_flag(args, "raw") ? COW_LAYER_RAW : 0;
}

static void note(void *data, const char *text)
{
	report_error("%s", text);
}

struct cow_chain *disk_open(const char *path, unsigned int flags, const char *base)
{
	const struct cow_options options = {
		.flags = flags,
		.base = base,
		.note = note,
		.progress = &report_progress,
	};
	struct cow_error error = { "" };
	struct cow_chain *chain;

	if (!cow_chain_open(&cow_io_posix, path, &options, &chain, &error))
		return chain;
	report_failure(&error);
	return NULL;
}

enum status disk_close(struct cow_chain *chain)
{
	char path[COW_PATH];
	int ret;

	if (!chain)
		return STATUS_OK;
	cow_text(path, sizeof(path), "%s", chain->layers[0]->path);
	ret = cow_chain_close(chain);
	if (ret)
		return report_error("%s: cannot be closed cleanly: %s", path, cow_reason(ret));
	return STATUS_OK;
}

int disk_read(struct cow_chain *chain, void *to, uint64_t offset, uint64_t size)
{
	struct cow_iovec vec = { to, size };

	return cow_chain_read(chain, &vec, 1, offset, size, 0);
}

int disk_write(struct cow_chain *chain, void *from, uint64_t offset, uint64_t size)
{
	struct cow_iovec vec = { from, size };

	return cow_chain_write(chain, &vec, 1, offset, size);
}

int disk_read_padded(struct cow_chain *chain, uint8_t *to, uint64_t offset, uint64_t size)
{
	uint64_t known = chain && chain->size > offset ? chain->size - offset : 0;

	if (known > size)
		known = size;
	memset(to + known, 0, size - known);
	return known ? disk_read(chain, to, offset, known) : 0;
}

/* ---- copying ------------------------------------------------------------------------- */

/* Write to @to those units of @data that differ from @old. @size is a multiple of 512. */
static int write_changed(struct cow_chain *to, uint8_t *data, const uint8_t *old, uint64_t offset,
			 uint64_t size)
{
	uint64_t start = 0, at;
	int ret = 0;

	for (at = 0; at < size && !ret; at += DISK_UNIT) {
		size_t part = size - at < DISK_UNIT ? size - at : DISK_UNIT;

		if (memcmp(data + at, old + at, part))
			continue;
		if (start < at)
			ret = disk_write(to, data + start, offset + start, at - start);
		start = at + part;
	}
	if (!ret && start < size)
		ret = disk_write(to, data + start, offset + start, size - start);
	return ret;
}

/* Copy [@at, @end), at most DISK_PIECE bytes; @data and @old are buffers of that size. */
static int copy_piece(struct cow_chain *from, struct cow_chain *to, struct cow_chain *below,
		      uint64_t at, uint64_t end, uint8_t *data, uint8_t *old,
		      struct cow_error *error)
{
	/* The target has whole sectors, even if the source ends within one. */
	uint64_t size = cow_round_up(end - at, 512);
	int ret = disk_read_padded(from, data, at, size);

	if (!ret)
		ret = disk_read_padded(below, old, at, size);
	if (ret)
		return cow_fail(error, ret, "%s: cannot be read at %U: %s", from->layers[0]->path,
				at, cow_reason(ret));
	ret = write_changed(to, data, old, at, size);
	if (ret)
		return cow_fail(error, ret, "%s: cannot be written: %s", to->layers[0]->path,
				cow_reason(ret));
	if (report_step("copying", at, from->size))
		return cow_fail(error, -ECANCELED, "interrupted");
	return 0;
}

int disk_copy(struct cow_chain *from, struct cow_chain *to, struct cow_chain *below,
	      struct cow_error *error)
{
	uint8_t *data = malloc(DISK_PIECE), *old = malloc(DISK_PIECE);
	struct cow_source source;
	int ret = 0;

	if (!data || !old)
		ret = cow_fail(error, -ENOMEM, "out of memory");
	for (uint64_t at = 0, end; at < from->size && !ret; at = end) {
		end = from->size - at < DISK_PIECE ? from->size : at + DISK_PIECE;
		if (!below) {
			/* The target already reads as zeros. */
			cow_chain_source(from, 0, at, from->size, &source);
			if (source.state == COW_ZERO) {
				end = source.end;
				continue;
			}
			if (source.end < end)
				end = source.end;
		}
		ret = copy_piece(from, to, below, at, end, data, old, error);
	}
	if (!ret) {
		ret = cow_chain_flush(to);
		if (ret)
			cow_fail(error, ret, "%s: cannot be written: %s", to->layers[0]->path,
				 cow_reason(ret));
	}
	free(data);
	free(old);
	return ret;
}
