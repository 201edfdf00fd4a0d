// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain_open.c - open a layer and all layers below it, and merge the maps of the lower ones
 *
 * The header of a layer names the layer below by path and by content (identity.c). We try the
 * path relative to the layer's folder first, then the absolute path. If the caller names a base,
 * only that file is tried. A header is hostile (identity.c), so a base that only a header names
 * must be proved by its content. COW V1 to V3 cannot prove their base, so such a base must be in
 * the overlay's own folder. A base that was raw when the overlay was made is opened as raw. Its
 * first sector does not count, because a guest may have written something like a header into it.
 *
 * Called by umlab-disk, by the tests, and by the driver on a host thread when a disk is added.
 * Only one thread may use a chain while it is being opened or closed.
 */
#include "chain_open.h"

#include "identity.h"
#include "map.h"
#include "path.h"

/* ---- finding the layer below ------------------------------------------------------ */

struct below {
	enum cow_parent_kind kind;
	const char *relative, *absolute;
};

/* Returns the base that @layer records, or one of kind COW_PARENT_NONE for a layer without base. */
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
	int ret = cow_layer_open(chain->io, path, kind == COW_PARENT_RAW ? COW_LAYER_RAW : 0,
				 layer, error);

	if (!ret && kind == COW_PARENT_LAYER && (*layer)->kind != COW_KIND_LAYER) {
		ret = cow_fail(error, -ESTALE,
			       "%s: is %s, but the overlay was made on a layer: use another base",
			       path, cow_kind_name((*layer)->kind));
		cow_layer_close(*layer);
	}
	return ret;
}

/* Open the layer below @above. -ENOENT: @error lists the paths that were tried. */
static int find_below(struct cow_chain *chain, const struct cow_layer *above,
		      const struct cow_options *options, bool top, struct cow_layer **layer,
		      struct cow_error *error)
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
	if (below.absolute[0] && (ret == -ENOENT || ret == -ENAMETOOLONG || ret == -ENOTDIR))
		ret = open_below(chain, below.absolute, below.kind, layer, error);
	if (ret == -ENOENT)
		return cow_fail(error, -ENOENT,
				"%s: base image not found, neither as %s nor as %s; name it with "
				"--base, or record its place with umlab-disk rebase -u",
				above->path, relative[0] ? relative : "(no relative path)",
				below.absolute[0] ? below.absolute : "(no absolute path)");
	return ret;
}

static bool same_layer(const struct cow_layer *a, const struct cow_stat *stat_a,
		       const struct cow_layer *b, const struct cow_stat *stat_b)
{
	if (stat_a->dev == stat_b->dev && stat_a->ino == stat_b->ino)
		return true;
	return a->header && b->header && !memcmp(a->header->uuid, b->header->uuid, 16);
}

static int check_loop(struct cow_chain *chain, struct cow_layer *next, struct cow_error *error)
{
	struct cow_stat this, other;
	int ret = chain->io->stat(chain->io, next->file, &this);

	for (unsigned int i = 0; !ret && i < chain->nr_layers; i++) {
		const struct cow_layer *above = chain->layers[i];

		ret = chain->io->stat(chain->io, above->file, &other);
		if (!ret && same_layer(next, &this, above, &other))
			return cow_fail(error, -ELOOP,
					"%s: is its own base through %s: rebase one of them",
					next->path, above->path);
	}
	return ret;
}

static int check_old_identity(const struct cow_layer *above, struct cow_layer *base, bool named,
			      struct cow_error *error)
{
	struct cow_stat stat;
	bool same = named;
	int ret = base->io->stat(base->io, base->file, &stat);

	if (!ret && !named)
		ret = cow_path_same_folder(base->io, above->path, base->path, &same);
	if (ret)
		return cow_fail(error, ret, "%s: %s", base->path, cow_reason(ret));
	if (!same)
		return cow_fail(error, -EPERM,
				"%s: its base %s is in another folder, and %s does not prove that "
				"it is the right file: name it, as ubd0=FILE,BASE or with --base "
				"(convert: --below)",
				above->path, base->path, cow_kind_name(above->kind));
	if (stat.size != above->old->size)
		return cow_fail(error, -ESTALE,
				"%s: base image %s has %U bytes, but had %U when the overlay was "
				"made; restore the old file",
				above->path, base->path, stat.size, above->old->size);
	/* COW V3 records only the size and the modification time of its base. */
	if ((uint32_t)(stat.mtime / 1000000000) != above->old->mtime)
		return cow_fail(error, -ESTALE,
				"%s: base image %s has another modification time than when the "
				"overlay was made; if its content is the same, run "
				"umlab-disk rebase -u %s %s",
				above->path, base->path, above->path, base->path);
	return 0;
}

static int check_identity(struct cow_chain *chain, struct cow_layer *above, struct cow_layer *base,
			  const struct cow_options *options, struct cow_error *error)
{
	bool named = above == chain->layers[0] && options->base, seen = false;
	int ret;

	if (above->old)
		return check_old_identity(above, base, named, error);
	ret = cow_identity_check(base, above, named, &seen, options, error);
	/* Record the times, so that the next open need not compare the content. */
	if (!ret && seen && above->writable)
		ret = cow_layer_put_header(above);
	return ret;
}

static int too_many(const struct cow_chain *chain, struct cow_error *error)
{
	return cow_fail(error, -EMLINK, "%s: more than %u layers: flatten or commit some",
			chain->layers[0]->path, COW_CHAIN_MAX);
}

static int open_lower(struct cow_chain *chain, const struct cow_options *options,
		      struct cow_error *error)
{
	for (;;) {
		struct cow_layer *above = chain->layers[chain->nr_layers - 1], *next;
		int ret;

		if (layer_below(above).kind == COW_PARENT_NONE)
			return 0;
		if (chain->nr_layers == COW_CHAIN_MAX + 1)
			return too_many(chain, error);
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
			return too_many(chain, error);
		}
		chain->layers[chain->nr_layers++] = next;
	}
}

/* ---- the merged map of the lower layers --------------------------------------------- */

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
			memset(chain->owner + first, state == COW_DATA ? index : COW_OWNER_ZERO,
			       end - first);
	}
}

/* Start with the lowest layer, so that upper layers overwrite its entries. */
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

/* ---- open and close ------------------------------------------------------------------ */

static void warn_committing(const struct cow_chain *chain, const struct cow_options *options)
{
	char text[COW_PATH + 128];

	if (!options->note)
		return;
	for (unsigned int i = 1; i < chain->nr_layers; i++) {
		const struct cow_layer *layer = chain->layers[i];

		if (!layer->header || !layer->header->parent.committing)
			continue;
		cow_text(text, sizeof(text),
			 "%s: its commit was interrupted: run umlab-disk commit again",
			 layer->path);
		options->note(options->data, text);
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
	if (options->flags & COW_LAYER_SHARED && options->flags & COW_LAYER_WRITE &&
	    chain->layers[0]->entry_bits) {
		ret = cow_fail(error, -EINVAL,
			       "%s: an overlay cannot be written by two machines at once: share a "
			       "raw file, or open the overlay read-only", path);
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
	warn_committing(chain, options);
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
			io->free(io, chain->ranges[i].buffer,
				 cow_layer_cluster_size(chain->layers[0]));
	io->free(io, chain->owner, chain->nr_units);
	for (unsigned int i = 0; i < chain->nr_layers; i++) {
		int error = cow_layer_close(chain->layers[i]);

		if (!ret)
			ret = error;
	}
	io->free(io, chain, sizeof(*chain));
	return ret;
}
