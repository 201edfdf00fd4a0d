// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_compare.c - umlab-disk diff, compare
 */
#include <stdlib.h>
#include "tool.h"

enum { PIECE = 1 << 20, UNIT = 4096 };

struct both {
	struct cow_chain *one, *other;
	uint8_t *a, *b;
	uint64_t size;			/* of the larger one; the other reads as zeros behind its end */
};

static int both_open(struct both *both, char **argv, const struct tool_options *options)
{
	struct tool_options plain = { .raw = options->raw };

	both->one = tool_open(argv[0], COW_LAYER_SHARED, &plain);
	both->other = both->one ? tool_open(argv[1], COW_LAYER_SHARED, &plain) : NULL;
	both->a = malloc(PIECE);
	both->b = malloc(PIECE);
	if (!both->other || !both->a || !both->b)
		return TOOL_NO;
	both->size = both->one->size > both->other->size ? both->one->size : both->other->size;
	return TOOL_OK;
}

static void both_close(struct both *both)
{
	cow_chain_close(both->one);
	cow_chain_close(both->other);
	free(both->a);
	free(both->b);
}

static int read_padded(struct cow_chain *chain, uint8_t *to, uint64_t offset, uint64_t size)
{
	uint64_t known = chain->size > offset ? chain->size - offset : 0;

	if (known > size)
		known = size;
	memset(to + known, 0, size - known);
	return known ? tool_read(chain, to, offset, known) : 0;
}

/* How far from @offset both are zeros without being read. */
static uint64_t skip_zeros(const struct both *both, uint64_t offset)
{
	uint64_t end = both->size;
	const struct cow_chain *chains[] = { both->one, both->other };
	struct cow_source source;

	for (int i = 0; i < 2; i++) {
		if (offset >= chains[i]->size)
			continue;
		cow_chain_source(chains[i], 0, offset, chains[i]->size, &source);
		if (source.state != COW_ZERO)
			return 0;
		if (source.end < end)
			end = source.end;
	}
	return end - offset;
}

static int both_read(struct both *both, uint64_t offset, uint64_t size)
{
	int ret = read_padded(both->one, both->a, offset, size);

	if (!ret)
		ret = read_padded(both->other, both->b, offset, size);
	if (ret)
		tool_warn("cannot be read at %lu: %s", (unsigned long)offset, cow_reason(ret));
	else if (tool_step("comparing", offset, both->size))
		ret = -ECANCELED;
	return ret;
}

int tool_compare(int argc, char **argv, const struct tool_options *options)
{
	struct both both = { NULL };
	int ret = both_open(&both, argv, options);

	for (uint64_t at = 0, size; at < both.size && !ret; at += size) {
		size = skip_zeros(&both, at);
		if (size)
			continue;
		size = both.size - at < PIECE ? both.size - at : PIECE;
		ret = both_read(&both, at, size) ? TOOL_NO : TOOL_OK;
		if (!ret && memcmp(both.a, both.b, size)) {
			uint64_t first = 0;

			while (both.a[first] == both.b[first])
				first++;
			printf("%s and %s differ at byte %lu\n", argv[0], argv[1], (unsigned long)(at + first));
			ret = TOOL_NO;
		}
	}
	if (!ret && both.one->size != both.other->size)
		printf("same content, but %lu and %lu bytes\n", (unsigned long)both.one->size, (unsigned long)both.other->size);
	both_close(&both);
	return ret;
}

static int diff_layer(char **argv, const struct tool_options *options)
{
	const struct cow_create create = { .base = argv[0], .base_raw = options->raw, .progress = &tool_progress };
	struct tool_options plain = { .raw = options->raw };
	struct cow_chain *old = tool_open(argv[0], 0, &plain), *new = tool_open(argv[1], 0, &plain), *to = NULL;
	struct cow_error error = { "" };
	const char *part = tool_part(options->output);
	int ret = TOOL_NO;

	if (!old || !new)
		goto out_close;
	ret = cow_create(&cow_io_posix, part, &create, &error);
	if (ret) {
		ret = tool_fail(&error);
		goto out_close;
	}
	ret = TOOL_NO;
	plain.raw = false;
	to = tool_open(part, COW_LAYER_WRITE, &plain);
	if (to && new->size > to->size && cow_chain_grow(to, cow_round_up(new->size, 512), &error))
		tool_fail(&error);
	else if (to)
		ret = tool_copy(new, to, old, &error) ? tool_fail(&error) : TOOL_OK;
	if (tool_close(to))
		ret = TOOL_NO;
	if (!ret)
		ret = tool_publish(options->output, false);
out_close:
	cow_chain_close(old);
	cow_chain_close(new);
	return ret;
}

int tool_diff(int argc, char **argv, const struct tool_options *options)
{
	struct both both = { NULL };
	uint64_t start = 0, end = 0;
	bool any = false;
	int ret;

	if (options->output)
		return diff_layer(argv, options);
	ret = both_open(&both, argv, options);
	for (uint64_t at = 0, size; at < both.size && !ret; at += size) {
		size = skip_zeros(&both, at);
		if (size)
			continue;
		size = both.size - at < PIECE ? both.size - at : PIECE;
		ret = both_read(&both, at, size) ? TOOL_NO : TOOL_OK;
		for (uint64_t unit = 0; unit < size && !ret; unit += UNIT) {
			size_t part = size - unit < UNIT ? size - unit : UNIT;

			if (!memcmp(both.a + unit, both.b + unit, part))
				continue;
			any = true;
			if (end != at + unit) {
				if (end)
					printf("%lu %lu\n", (unsigned long)start, (unsigned long)(end - start));
				start = at + unit;
			}
			end = at + unit + part;
		}
	}
	if (end)
		printf("%lu %lu\n", (unsigned long)start, (unsigned long)(end - start));
	both_close(&both);
	return ret || any ? TOOL_NO : TOOL_OK;
}
