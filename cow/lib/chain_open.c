// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain_open.c - follow a layer to the last one below it, and make `owner` of their maps
 *
 * A layer names the one below it by path and by content (identity.c). The path relative
 * to its folder comes first, then the absolute one; a base that the caller names counts
 * alone. What was raw when the layer was made is raw for ever, whatever a guest has
 * written into its first sector. Used by programs and, at start, by the driver.
 */
#include "chain_open.h"

#include "identity.h"
#include "map.h"
#include "path.h"

static void say(const struct cow_options *options, const char *text)
{
	if (options->note)
		options->note(options->data, text);
}

/* ---- finding the layer below -------------------------------------------------------- */

struct below {
	enum cow_parent_kind kind;
	const char *relative, *absolute;
};

/* What @layer stands on; kind none: nothing. */
static struct below layer_below(const struct cow_layer *layer)
{
	struct below below = { COW_PARENT_NONE, "", "" };

	if (layer->kind == COW_KIND_LAYER) {
		below.kind = layer->header->parent.kind;
		below.relative = layer->header->parent_relative;
		below.absolute = layer->header->parent_absolute;
	} else if (layer->old) {
		below.kind = COW_PARENT_RAW;
		below.relative = layer->old->backing;
	}
	return below;
}

static int open_below(struct cow_chain *chain, const char *path, enum cow_parent_kind kind,
		      struct cow_layer **layer, struct cow_error *error)
{
	int ret = cow_layer_open(chain->io, path, kind == COW_PARENT_RAW ? COW_LAYER_RAW : 0, layer, error);

	if (!ret && kind == COW_PARENT_LAYER && (*layer)->kind != COW_KIND_LAYER) {
		ret = cow_fail(error, -ESTALE, "%s: is %s, but the layer above it was made on a layer", path,
			       cow_kind_name((*layer)->kind));
		cow_layer_close(*layer);
	}
	return ret;
}

/* Open what is below @above; -ENOENT with all places that were tried. */
static int find_below(struct cow_chain *chain, const struct cow_layer *above, const struct cow_options *options,
		      bool top, struct cow_layer **layer, struct cow_error *error)
{
	struct below below = layer_below(above);
	char relative[COW_PATH] = "";
	int ret = -ENOENT;

	if (top && options->base)
		return open_below(chain, options->base, below.kind, layer, error);
	if (below.relative[0]) {
		ret = cow_path_beside(above->path, below.relative, relative, sizeof(relative));
		if (!ret)
			ret = open_below(chain, relative, below.kind, layer, error);
	}
	if (ret && below.absolute[0] && (ret == -ENOENT || ret == -ENAMETOOLONG || ret == -ENOTDIR))
		ret = open_below(chain, below.absolute, below.kind, layer, error);
	if (ret == -ENOENT)
		return cow_fail(error, -ENOENT, "%s: its base is not there: neither %s nor %s; name it with --base, or for good with umlab-disk rebase -u",
				above->path, relative[0] ? relative : "(no relative path)",
				below.absolute[0] ? below.absolute : "(no absolute path)");
	return ret;
}

static int check_loop(struct cow_chain *chain, struct cow_layer *next, struct cow_error *error)
{
	struct cow_stat this, other;
	int ret = chain->io->stat(chain->io, next->file, &this);

	for (unsigned int i = 0; !ret && i < chain->nr_layers; i++) {
		const struct cow_layer *above = chain->layers[i];

		ret = chain->io->stat(chain->io, above->file, &other);
		if (!ret && ((this.dev == other.dev && this.ino == other.ino) ||
			     (next->header && above->header && !memcmp(next->header->uuid, above->header->uuid, 16))))
			return cow_fail(error, -ELOOP, "%s: stands on itself, by way of %s: the chain has a loop", next->path, above->path);
	}
	return ret;
}

static int check_old_identity(const struct cow_layer *above, struct cow_layer *base, struct cow_error *error)
{
	struct cow_stat stat;
	int ret = base->io->stat(base->io, base->file, &stat);

	if (ret)
		return ret;
	if (stat.size != above->old->size)
		return cow_fail(error, -ESTALE, "%s: its base %s has %U bytes and had %U when this overlay was made: another file, or one that was changed; bring back the old one",
				above->path, base->path, stat.size, above->old->size);
	if ((uint32_t)(stat.mtime / 1000000000) != above->old->mtime)
		return cow_fail(error, -ESTALE, "%s: its base %s has another modification time than when this overlay was made, and COW V3 can tell no more. If the content is the same: umlab-disk rebase -u %s %s",
				above->path, base->path, above->path, base->path);
	return 0;
}

static int check_identity(struct cow_chain *chain, struct cow_layer *above, struct cow_layer *base,
			  const struct cow_options *options, struct cow_error *error)
{
	bool seen = false;
	int ret;

	if (options->any_base && above == chain->layers[0])
		return 0;
	if (above->old)
		return check_old_identity(above, base, error);
	ret = cow_identity_check(base, above->path, &above->header->parent, &seen, options, error);
	/* Spare the next one the comparison. */
	if (!ret && seen && above->writable)
		ret = cow_layer_put_header(above);
	return ret;
}

static int open_lower(struct cow_chain *chain, const struct cow_options *options, struct cow_error *error)
{
	for (;;) {
		struct cow_layer *above = chain->layers[chain->nr_layers - 1], *next;
		int ret;

		if (layer_below(above).kind == COW_PARENT_NONE)
			return 0;
		if (chain->nr_layers == COW_CHAIN_MAX + 1)
			return cow_fail(error, -EMLINK, "%s: more than %u layers: flatten or commit some", chain->layers[0]->path, COW_CHAIN_MAX);
		ret = find_below(chain, above, options, chain->nr_layers == 1, &next, error);
		if (ret)
			return ret;
		ret = check_loop(chain, next, error);
		if (!ret)
			ret = check_identity(chain, above, next, options, error);
		if (ret) {
			cow_layer_close(next);
			return ret;
		}
		if (chain->nr_layers == COW_CHAIN_MAX && next->entry_bits) {
			cow_layer_close(next);
			return cow_fail(error, -EMLINK, "%s: more than %u layers: flatten or commit some", chain->layers[0]->path, COW_CHAIN_MAX);
		}
		chain->layers[chain->nr_layers++] = next;
	}
}

/* ---- one map of all that lies below -------------------------------------------------- */

static void paint_layer(struct cow_chain *chain, unsigned int index)
{
	const struct cow_layer *layer = chain->layers[index];
	unsigned int shift = layer->cluster_bits - chain->unit_bits;

	for (uint64_t at = 0, count; at < layer->nr_clusters; at += count) {
		enum cow_cluster state;
		uint64_t first, end;

		count = layer->nr_clusters - at;
		state = cow_map_run(layer, at, &count);
		if (state == COW_ABSENT)
			continue;
		first = at << shift;
		end = (at + count) << shift;
		if (end > chain->nr_units)
			end = chain->nr_units;
		if (first < end)
			memset(chain->owner + first, state == COW_DATA ? index : COW_OWNER_ZERO, end - first);
	}
}

/* From the bottom upwards, so that the upper layer wins. */
static int make_owner(struct cow_chain *chain)
{
	unsigned int bits = COW_CLUSTER_BITS_MAX;
	uint64_t size = 0;

	for (unsigned int i = 1; i < chain->nr_layers; i++) {
		if (!chain->layers[i]->entry_bits)
			continue;
		if (chain->layers[i]->cluster_bits < bits)
			bits = chain->layers[i]->cluster_bits;
		if (chain->layers[i]->size > size)
			size = chain->layers[i]->size;
	}
	if (!size)
		return 0;
	chain->unit_bits = bits;
	chain->nr_units = (size + (1ULL << bits) - 1) >> bits;
	chain->owner = chain->io->alloc(chain->io, chain->nr_units);
	if (!chain->owner)
		return -ENOMEM;
	for (unsigned int i = chain->nr_layers - 1; i; i--)
		if (chain->layers[i]->entry_bits)
			paint_layer(chain, i);
	return 0;
}

static int make_buffers(struct cow_chain *chain)
{
	const struct cow_layer *top = chain->layers[0];

	if (!top->writable || top->entry_bits != 2)
		return 0;
	for (unsigned int i = 0; i < COW_RANGES; i++) {
		chain->ranges[i].buffer = chain->io->alloc(chain->io, cow_layer_cluster_size(top));
		if (!chain->ranges[i].buffer)
			return -ENOMEM;
	}
	return 0;
}

/* ---- open and close -------------------------------------------------------------------- */

static void warn_damaged(const struct cow_chain *chain, const struct cow_options *options)
{
	char text[COW_PATH + 128];

	for (unsigned int i = 1; i < chain->nr_layers; i++) {
		const struct cow_layer *layer = chain->layers[i];

		if (layer->header && layer->header->parent.committing) {
			cow_text(text, sizeof(text), "%s: its commit was interrupted: run umlab-disk commit again", layer->path);
			say(options, text);
		}
	}
}

int cow_chain_open(const struct cow_io *io, const char *path, const struct cow_options *options,
		   struct cow_chain **result, struct cow_error *error)
{
	struct cow_chain *chain = io->alloc(io, sizeof(*chain));
	int ret;

	if (!chain)
		return cow_fail(error, -ENOMEM, "%s: out of memory", path);
	chain->io = io;
	ret = cow_layer_open(io, path, options->flags, &chain->layers[0], error);
	if (ret) {
		io->free(io, chain, sizeof(*chain));
		return ret;
	}
	chain->nr_layers = 1;
	chain->size = chain->layers[0]->size;
	if (options->flags & COW_LAYER_SHARED && options->flags & COW_LAYER_WRITE && chain->layers[0]->entry_bits) {
		ret = cow_fail(error, -EINVAL, "%s: an overlay cannot be written by two machines at once: share a raw file, or open it read-only", path);
		goto out_close;
	}
	ret = open_lower(chain, options, error);
	if (ret)
		goto out_close;
	ret = make_owner(chain);
	if (!ret)
		ret = make_buffers(chain);
	if (ret) {
		cow_fail(error, ret, "%s: %s", path, cow_reason(ret));
		goto out_close;
	}
	warn_damaged(chain, options);
	*result = chain;
	return 0;

out_close:
	cow_chain_close(chain);
	return ret;
}

int cow_chain_close(struct cow_chain *chain)
{
	const struct cow_io *io;
	int ret = 0;

	if (!chain)
		return 0;
	io = chain->io;
	for (unsigned int i = 0; i < COW_RANGES; i++)
		if (chain->ranges[i].buffer)
			io->free(io, chain->ranges[i].buffer, cow_layer_cluster_size(chain->layers[0]));
	io->free(io, chain->owner, chain->nr_units);
	for (unsigned int i = 0; i < chain->nr_layers; i++) {
		int error = cow_layer_close(chain->layers[i]);

		if (!ret)
			ret = error;
	}
	io->free(io, chain, sizeof(*chain));
	return ret;
}
