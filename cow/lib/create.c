// SPDX-License-Identifier: GPL-2.0-only
/*
 * create.c - make new layers and new COW V3 files
 *
 * A file is written as NAME.part and synced before it gets its name. So nobody sees an unfinished
 * file, and an existing file is never replaced. Called by umlab-disk on its main thread, and by the
 * driver on a host thread when a machine is started with ubd0=new.cow,base.img.
 */
#include "create.h"

#include "identity.h"
#include "layer.h"
#include "path.h"

/* ---- files that appear when they are complete ---------------------------------------- */

/*
 * Create the unfinished file @part. If a file of that name exists and nobody has locked it, a
 * process that died has left it behind: remove it.
 */
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
				file == -EEXIST ? "another process is making it" :
				cow_reason(file));
	/* Without locks two processes may write the file; part_publish() fails in one of them. */
	io->lock(io, file, COW_LOCK_EXCLUSIVE);
	return file;
}

static int part_publish(const struct cow_io *io, const char *part, const char *path,
			struct cow_error *error)
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
	return cow_fail(error, -EEXIST, "%s: exists already; remove it or choose another name",
			path);
}

/* ---- layers -------------------------------------------------------------------------- */

static int describe_base(const struct cow_io *io, const char *path, const struct cow_create *create,
			 struct cow_disk_layer *header, struct cow_error *error)
{
	struct cow_layer *base;
	int ret = cow_layer_open(io, create->base, create->base_raw ? COW_LAYER_RAW : 0, &base,
				 error);

	if (ret)
		return ret;
	if (base->old)
		ret = cow_fail(error, -EINVAL,
			       "%s: is %s, but the base of a layer must be a layer or a raw file: "
			       "convert it with umlab-disk convert", create->base,
			       cow_kind_name(base->kind));
	else if (!base->size)
		ret = cow_fail(error, -EINVAL, "%s: is empty", create->base);
	else
		ret = cow_identity_fill(base, create->progress, &header->parent, error);
	if (!ret) {
		ret = cow_path_record(io, path, create->base, header->parent_relative,
				      header->parent_absolute);
		if (ret)
			cow_fail(error, ret, "%s: cannot find its folder or that of %s: %s", path,
				 create->base, cow_reason(ret));
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
		return cow_fail(error, -EINVAL,
				"%s: size %U is less than the %U bytes of the base", path,
				header->size, header->parent.size);

	header->cluster_bits = create->cluster_bits ? create->cluster_bits : COW_CLUSTER_BITS_MIN;
	while (cow_header_layout(header)) {
		if (create->cluster_bits || header->cluster_bits == COW_CLUSTER_BITS_MAX)
			return cow_fail(error, -EFBIG,
					"%s: %U bytes are too much for this cluster size; clusters "
					"of 64 KiB allow 64 TiB", path, header->size);
		header->cluster_bits++;
	}
	ret = io->random(io, header->uuid, sizeof(header->uuid));
	if (ret >= 0)
		ret = io->random(io, header->write_id, sizeof(header->write_id));
	if (ret < 0)
		return cow_fail(error, ret, "%s: no random numbers: %s", path, cow_reason(ret));
	/* Set version 4 (random) and variant 10 (binary) of RFC 9562. */
	header->uuid[6] = (header->uuid[6] & 0x0f) | 0x40;
	header->uuid[8] = (header->uuid[8] & 0x3f) | 0x80;
	cow_header_finish(header);
	return 0;
}

int cow_create_empty(const struct cow_io *io, int file, const struct cow_disk_layer *header)
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
		ret = io->truncate(io, file, header->data_offset +
				   cow_round_up(header->size, 1ULL << header->cluster_bits));
	return ret;
}

/* Let @write fill a new file, sync it and name it @path. */
static int make_file(const struct cow_io *io, const char *path,
		     int (*write)(const struct cow_io *, int, const void *), const void *what,
		     struct cow_error *error)
{
	char part[COW_PATH];
	int file, ret;

	if (cow_text(part, sizeof(part), "%s.part", path) >= sizeof(part))
		return cow_fail(error, -ENAMETOOLONG, "%s: the name is too long", path);
	file = part_open(io, part, error);
	if (file < 0)
		return file;
	ret = write(io, file, what);
	if (!ret)
		ret = io->sync(io, file);
	if (ret)
		cow_fail(error, ret, "%s: cannot be written: %s", path, cow_reason(ret));
	else
		ret = part_publish(io, part, path, error);
	io->close(io, file);
	if (ret)
		io->unlink(io, part);
	return ret;
}

static int write_layer(const struct cow_io *io, int file, const void *header)
{
	return cow_create_empty(io, file, header);
}

int cow_create(const struct cow_io *io, const char *path, const struct cow_create *create,
	       struct cow_error *error)
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
		ret = make_file(io, path, write_layer, header, error);
	io->free(io, header, sizeof(*header));
	return ret;
}

/* ---- COW V3 -------------------------------------------------------------------------- */

struct new_v3 {
	struct cow_disk_v3 disk;
	struct cow_old old;
	char relative[COW_PATH], absolute[COW_PATH];
};

static int write_v3(const struct cow_io *io, int file, const void *what)
{
	const struct new_v3 *v3 = what;
	int ret = cow_io_write(io, file, &v3->disk, sizeof(v3->disk), 0);

	/* Other programs expect the file to have the length that its data may reach. */
	if (!ret)
		ret = io->truncate(io, file, v3->old.data_offset +
				   cow_round_up(v3->old.size, v3->old.sector_size));
	return ret;
}

/* Describe @base in the header of a new file @path. */
static int fill_v3(const struct cow_io *io, const char *path, const struct cow_create *create,
		   struct cow_layer *base, struct new_v3 *v3, struct cow_error *error)
{
	struct cow_stat stat;
	int ret;

	if (base->kind != COW_KIND_RAW)
		return cow_fail(error, -EINVAL,
				"%s: is %s, but the base of a COW V3 file must be raw",
				create->base,
				cow_kind_name(base->kind));
	if (create->size && create->size != base->size)
		return cow_fail(error, -EINVAL,
				"%s: a COW V3 disk has the size of its base, %U bytes", path,
				base->size);
	ret = io->stat(io, base->file, &stat);
	if (!ret)
		ret = cow_path_record(io, path, create->base, v3->relative, v3->absolute);
	if (ret)
		return cow_fail(error, ret, "%s: %s", create->base, cow_reason(ret));
	return cow_header_make_v3(path, base->size, stat.mtime / 1000000000, v3->absolute,
				  &v3->disk, &v3->old, error);
}

int cow_create_v3(const struct cow_io *io, const char *path, const struct cow_create *create,
		  struct cow_error *error)
{
	struct cow_layer *base;
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
	if (v3)
		ret = fill_v3(io, path, create, base, v3, error);
	else
		ret = cow_fail(error, -ENOMEM, "%s: out of memory", path);
	if (!ret)
		ret = make_file(io, path, write_v3, v3, error);
	io->free(io, v3, sizeof(*v3));
	cow_layer_close(base);
	return ret;
}
