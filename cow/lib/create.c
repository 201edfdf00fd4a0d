// SPDX-License-Identifier: GPL-2.0-only
/*
 * create.c - new layers and COW V3 files
 *
 * A file is made under NAME.part, synced, and only then gets its name: nobody sees half
 * of one, and what exists is never replaced. Used by programs and, for
 * ubd0=new.cow,base.img, by the driver.
 */
#include "create.h"

#include "identity.h"
#include "layer.h"
#include "path.h"

/* ---- files that appear complete ----------------------------------------------------- */

/* Open @part, a name for the making; one that a dead maker left is removed. */
static int part_open(const struct cow_io *io, const char *part, struct cow_error *error)
{
	int file = io->open(io, part, COW_O_WRITE | COW_O_CREATE), old;

	if (file == -EEXIST) {
		old = io->open(io, part, COW_O_WRITE);
		if (old >= 0) {
			if (io->lock(io, old, COW_LOCK_EXCLUSIVE) != -EAGAIN)
				io->unlink(io, part);
			io->close(io, old);
		}
		file = io->open(io, part, COW_O_WRITE | COW_O_CREATE);
	}
	if (file < 0)
		return cow_fail(error, file, "%s: cannot be made: %s", part,
				file == -EEXIST ? "somebody else is making it" : cow_reason(file));
	/* Where there are no locks, two makers meet at the name instead. */
	io->lock(io, file, COW_LOCK_EXCLUSIVE);
	return file;
}

static int part_publish(const struct cow_io *io, const char *part, const char *path, struct cow_error *error)
{
	int ret = io->link(io, part, path);

	if (!ret)
		io->unlink(io, part);
	else if (ret != -EEXIST)	/* a file system without hard links */
		ret = io->rename(io, part, path);
	if (!ret)
		ret = io->sync_folder(io, path);
	if (ret)
		return cow_fail(error, ret, "%s: %s", path, cow_reason(ret));
	return 0;
}

static int name_is_free(const struct cow_io *io, const char *path, struct cow_error *error)
{
	int file = io->open(io, path, 0);

	if (file == -ENOENT)
		return 0;
	if (file >= 0)
		io->close(io, file);
	return cow_fail(error, -EEXIST, "%s: exists already and stays as it is", path);
}

/* ---- layers -------------------------------------------------------------------------- */

static int describe_base(const struct cow_io *io, const char *path, const struct cow_create *create,
			 struct cow_disk_layer *header, struct cow_error *error)
{
	struct cow_layer *base;
	int ret = cow_layer_open(io, create->base, create->base_raw ? COW_LAYER_RAW : 0, &base, error);

	if (ret)
		return ret;
	if (base->old)
		ret = cow_fail(error, -EINVAL, "%s: is %s: layers stand on layers and raw files; umlab-disk convert makes a layer of it",
			       create->base, cow_kind_name(base->kind));
	else if (!base->size)
		ret = cow_fail(error, -EINVAL, "%s: is empty", create->base);
	else
		ret = cow_identity_fill(base, create->progress, &header->parent, error);
	if (!ret) {
		ret = cow_path_record(io, path, create->base, header->parent_relative, header->parent_absolute);
		if (ret)
			cow_fail(error, ret, "%s: cannot find its folder or that of %s: %s", path, create->base, cow_reason(ret));
	}
	cow_layer_close(base);
	return ret;
}

static int fill_header(const struct cow_io *io, const char *path, const struct cow_create *create,
		       struct cow_disk_layer *header, struct cow_error *error)
{
	int ret = 0;

	memcpy(header->magic, COW_LAYER_MAGIC, sizeof(header->magic));
	header->major = COW_LAYER_MAJOR;
	header->minor = COW_LAYER_MINOR;
	header->header_size = COW_HEADER_SIZE;
	header->sequence = 1;
	header->state = COW_CLEAN;
	header->created = io->time(io);
	header->size = cow_round_up(create->size, 512);
	if (create->base)
		ret = describe_base(io, path, create, header, error);
	if (ret)
		return ret;
	if (!header->size)
		header->size = cow_round_up(header->parent.size, 512);
	if (!header->size)
		return cow_fail(error, -EINVAL, "%s: a disk needs a size or a base", path);
	if (header->size < header->parent.size)
		return cow_fail(error, -EINVAL, "%s: %U bytes are less than its base has (%U)", path, header->size, header->parent.size);

	header->cluster_bits = create->cluster_bits ? create->cluster_bits : COW_CLUSTER_BITS_MIN;
	while (cow_header_layout(header)) {
		if (create->cluster_bits || header->cluster_bits == COW_CLUSTER_BITS_MAX)
			return cow_fail(error, -EFBIG, "%s: %U bytes are too much for this cluster size (64 TiB at most, with 64 KiB)", path, header->size);
		header->cluster_bits++;
	}
	ret = io->random(io, header->uuid, sizeof(header->uuid));
	if (ret >= 0)
		ret = io->random(io, header->write_id, sizeof(header->write_id));
	if (ret < 0)
		return cow_fail(error, ret, "%s: no random numbers: %s", path, cow_reason(ret));
	/* A random uuid says so in two places. */
	header->uuid[6] = (header->uuid[6] & 0x0f) | 0x40;
	header->uuid[8] = (header->uuid[8] & 0x3f) | 0x80;
	cow_header_finish(header);
	return 0;
}

static int write_layer(const struct cow_io *io, int file, struct cow_disk_layer *header)
{
	uint8_t *decoy = io->alloc(io, COW_HEADER_A);
	int ret;

	if (!decoy)
		return -ENOMEM;
	cow_header_decoy(decoy);
	ret = cow_io_write(io, file, decoy, COW_HEADER_A, 0);
	io->free(io, decoy, COW_HEADER_A);
	if (!ret)
		ret = cow_io_write(io, file, header, sizeof(*header), COW_HEADER_A);
	if (!ret)
		ret = io->truncate(io, file, header->data_offset + cow_round_up(header->size, 1ULL << header->cluster_bits));
	return ret ? ret : io->sync(io, file);
}

/* Run @write on a new file, which becomes @path if it succeeds. */
static int make_file(const struct cow_io *io, const char *path, int (*write)(const struct cow_io *, int, void *),
		     void *what, struct cow_error *error)
{
	char part[COW_PATH];
	int file, ret;

	if (cow_text(part, sizeof(part), "%s.part", path) >= sizeof(part))
		return cow_fail(error, -ENAMETOOLONG, "%s: the name is too long", path);
	file = part_open(io, part, error);
	if (file < 0)
		return file;
	ret = write(io, file, what);
	if (ret)
		cow_fail(error, ret, "%s: cannot be written: %s", path, cow_reason(ret));
	else
		ret = part_publish(io, part, path, error);
	io->close(io, file);
	if (ret)
		io->unlink(io, part);
	return ret;
}

static int write_layer_file(const struct cow_io *io, int file, void *what)
{
	return write_layer(io, file, what);
}

int cow_create(const struct cow_io *io, const char *path, const struct cow_create *create, struct cow_error *error)
{
	struct cow_disk_layer *header;
	int ret = name_is_free(io, path, error);

	if (ret)
		return ret;
	header = io->alloc(io, sizeof(*header));
	if (!header)
		return cow_fail(error, -ENOMEM, "%s: out of memory", path);
	ret = fill_header(io, path, create, header, error);
	if (!ret)
		ret = make_file(io, path, write_layer_file, header, error);
	io->free(io, header, sizeof(*header));
	return ret;
}

/* ---- COW V3 ------------------------------------------------------------------------------ */

struct new_v3 {
	struct cow_disk_v3 disk;
	struct cow_old old;
	char relative[COW_PATH], absolute[COW_PATH];
};

static int write_v3_file(const struct cow_io *io, int file, void *what)
{
	struct new_v3 *v3 = what;
	int ret = cow_io_write(io, file, &v3->disk, sizeof(v3->disk), 0);

	/* Other programs want the file as long as its data may get. */
	if (!ret)
		ret = io->truncate(io, file, v3->old.data_offset + cow_round_up(v3->old.size, v3->old.sector_size));
	return ret ? ret : io->sync(io, file);
}

int cow_create_v3(const struct cow_io *io, const char *path, const struct cow_create *create, struct cow_error *error)
{
	struct cow_layer *base;
	struct cow_stat stat;
	struct new_v3 *v3;
	int ret = name_is_free(io, path, error);

	if (ret)
		return ret;
	if (!create->base)
		return cow_fail(error, -EINVAL, "%s: COW V3 needs a base", path);
	ret = cow_layer_open(io, create->base, create->base_raw ? COW_LAYER_RAW : 0, &base, error);
	if (ret)
		return ret;
	v3 = io->alloc(io, sizeof(*v3));
	if (!v3)
		ret = cow_fail(error, -ENOMEM, "%s: out of memory", path);
	else if (base->kind != COW_KIND_RAW)
		ret = cow_fail(error, -EINVAL, "%s: is %s: COW V3 stands on raw files only", create->base, cow_kind_name(base->kind));
	else if (create->size && create->size != base->size)
		ret = cow_fail(error, -EINVAL, "%s: COW V3 has the size of its base, %U bytes", path, base->size);
	if (!ret)
		ret = io->stat(io, base->file, &stat);
	if (!ret)
		ret = cow_path_record(io, path, create->base, v3->relative, v3->absolute);
	if (!ret)
		ret = cow_header_make_v3(path, base->size, stat.mtime / 1000000000, v3->absolute, &v3->disk, &v3->old, error);
	if (!ret)
		ret = make_file(io, path, write_v3_file, v3, error);
	io->free(io, v3, sizeof(*v3));
	cow_layer_close(base);
	return ret;
}
