// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_pack.c - umlab-disk pack, unpack: compress one layer without its holes, and restore it
 *
 * Layers are sparse, and many ways to send a file fill its holes. A pack is a stream, compressed by
 * zstd, of "UMLXpack", the header of the layer, records, and a BLAKE2b-256 hash of all bytes before
 * the hash. A record is the number of the first cluster, the number of clusters and their state (8
 * bytes each), and for COW_DATA the data. A record with count 0 ends the list. An unpacked layer
 * has the uuid and write_id of the original, so overlays accept it as their base. Called by the
 * option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_pack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blake.h"
#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "map.h"
#include "output.h"
#include "report.h"

#define PACK_MAGIC "UMLXpack"

struct record {
	uint64_t first, count, state;
};

/* Our end of a pipe to or from a zstd process. */
struct stream {
	FILE *file;
	pid_t pid;
	struct cow_blake blake;
};

static int stream_open(struct stream *stream, int fd, bool write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	stream->pid = fork();
	if (!stream->pid) {
		signal(SIGINT, SIG_IGN);	/* umlab-disk handles Ctrl-C and closes the pipe */
		dup2(write ? ends[0] : fd, STDIN_FILENO);
		dup2(write ? fd : ends[1], STDOUT_FILENO);
		if (write)
			execlp("zstd", "zstd", "-q", "-c", "-T0", "-", (char *)NULL);
		else
			execlp("zstd", "zstd", "-q", "-c", "-d", "-", (char *)NULL);
		report_error("zstd: not found; install the Debian package zstd");
		_exit(127);
	}
	close(write ? ends[0] : ends[1]);
	stream->file = fdopen(write ? ends[1] : ends[0], write ? "w" : "r");
	cow_blake_init(&stream->blake);
	return stream->pid < 0 || !stream->file ? -EIO : 0;
}

static int stream_close(struct stream *stream)
{
	int status, ret = fclose(stream->file);

	if (waitpid(stream->pid, &status, 0) < 0 || status || ret)
		return -EIO;
	return 0;
}

static int put(struct stream *stream, const void *data, size_t size)
{
	cow_blake_add(&stream->blake, data, size);
	return fwrite(data, 1, size, stream->file) == size ? 0 : -EIO;
}

static int get(struct stream *stream, void *data, size_t size)
{
	if (fread(data, 1, size, stream->file) != size)
		return -EINVAL;
	cow_blake_add(&stream->blake, data, size);
	return 0;
}

static int pack_data(struct stream *stream, struct cow_layer *layer, uint8_t *data)
{
	uint64_t cluster_size = cow_layer_cluster_size(layer), count;
	int ret = 0;

	for (uint64_t at = 0; at < layer->nr_clusters && !ret; at += count) {
		struct record record = { .first = at };

		count = layer->nr_clusters - at;
		record.state = cow_map_run(layer, at, &count);
		if (record.state == COW_ABSENT)
			continue;
		if (record.state == COW_DATA && count > DISK_PIECE / cluster_size)
			count = DISK_PIECE / cluster_size;
		record.count = count;
		ret = put(stream, &record, sizeof(record));
		if (!ret && record.state == COW_DATA)
			ret = cow_io_read_padded(layer->io, layer->file, data, count * cluster_size,
						 layer->data_offset + at * cluster_size);
		if (!ret && record.state == COW_DATA)
			ret = put(stream, data, count * cluster_size);
		if (!ret && report_step("packing", at, layer->nr_clusters))
			ret = -ECANCELED;
	}
	return ret;
}

static int pack(struct cow_layer *layer, int fd)
{
	const struct record end = { 0 };
	uint8_t hash[COW_HASH_SIZE], *data = malloc(DISK_PIECE);
	struct stream stream;
	int ret = stream_open(&stream, fd, true), close_ret;

	if (ret)
		return ret;
	ret = put(&stream, PACK_MAGIC, 8);
	if (!ret)
		ret = put(&stream, layer->header, sizeof(*layer->header));
	if (!ret)
		ret = pack_data(&stream, layer, data);
	if (!ret)
		ret = put(&stream, &end, sizeof(end));
	cow_blake_end(&stream.blake, hash);
	if (!ret)
		ret = put(&stream, hash, sizeof(hash));
	close_ret = stream_close(&stream);
	free(data);
	return ret ? ret : close_ret;
}

static enum status pack_layer(struct cow_layer *layer, const char *to)
{
	bool to_stdout = !strcmp(to, "-");
	int fd = STDOUT_FILENO, ret;

	if (layer->kind != COW_KIND_LAYER)
		return report_error("%s: is %s; only layers can be packed; compress the file",
				    layer->path, cow_kind_name(layer->kind));
	if (!to_stdout)
		fd = open(output_begin(to), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return report_error("%s: %s", to, cow_reason(-errno));
	ret = pack(layer, fd);
	if (!ret && !to_stdout && fsync(fd))
		ret = -errno;
	if (ret)
		return report_error("%s: %s", to,
				    report_interrupted() ? "interrupted" : cow_reason(ret));
	return to_stdout ? STATUS_OK : output_publish(to, false);
}

static enum status pack_run(const struct verb_args *args)
{
	struct cow_error error = { "" };
	struct cow_layer *layer;
	enum status status;

	if (cow_layer_open(&cow_io_posix, args->words.at[0], 0, &layer, &error))
		return report_failure(&error);
	status = pack_layer(layer, args->words.at[1]);
	cow_layer_close(layer);
	return status;
}

/* ---- unpack -------------------------------------------------------------------------- */

/* Make a layer file with this header and an empty map. The caller opens the file as a layer. */
static int start_file(const char *path, struct cow_disk_layer *header)
{
	const struct cow_io *io = &cow_io_posix;
	int file = io->open(io, path, COW_O_WRITE | COW_O_CREATE), ret;

	if (file < 0)
		return file;
	header->state = COW_DIRTY;
	memset(&header->owner, 0, sizeof(header->owner));
	cow_header_finish(header);
	ret = cow_create_empty(io, file, header);
	io->close(io, file);
	return ret;
}

static bool record_is_valid(const struct record *record, const struct cow_layer *layer)
{
	if (record->first >= layer->nr_clusters ||
	    record->count > layer->nr_clusters - record->first)
		return false;
	if (record->state == COW_DATA)
		return record->count <= DISK_PIECE / cow_layer_cluster_size(layer);
	return record->state == COW_ZERO;
}

static int unpack_data(struct stream *stream, struct cow_layer *layer, uint8_t *data)
{
	uint64_t cluster_size = cow_layer_cluster_size(layer);
	struct record record;
	int ret;

	for (;;) {
		ret = get(stream, &record, sizeof(record));
		if (ret || !record.count)
			return ret;
		if (!record_is_valid(&record, layer))
			return -EINVAL;
		if (record.state == COW_DATA) {
			uint64_t size = record.count * cluster_size;

			ret = get(stream, data, size);
			if (!ret)
				ret = cow_io_write(layer->io, layer->file, data, size,
						   layer->data_offset +
						   record.first * cluster_size);
		}
		if (!ret)
			cow_map_set(layer, record.first, record.count, record.state);
		if (!ret && report_step("unpacking", record.first, layer->nr_clusters))
			ret = -ECANCELED;
		if (ret)
			return ret;
	}
}

/* Read the header with which a pack begins. */
static int get_header(struct stream *stream, const char *path, struct cow_disk_layer *header,
		      struct cow_error *error)
{
	/* The parser expects both headers of a file; the second one is empty. */
	struct cow_disk_layer *both = calloc(2, sizeof(*both));
	unsigned int place;
	char magic[8];
	int ret = both ? get(stream, magic, sizeof(magic)) : -ENOMEM;

	if (!ret && memcmp(magic, PACK_MAGIC, sizeof(magic)))
		ret = -EINVAL;
	if (!ret)
		ret = get(stream, both, sizeof(*both));
	if (!ret)
		ret = cow_header_parse_layer(path, both, header, &place, error);
	free(both);
	return ret;
}

/* Fill the empty layer @layer, and compare the hash at the end of the pack. */
static int get_content(struct stream *stream, struct cow_layer *layer)
{
	uint8_t hash[COW_HASH_SIZE], expected[COW_HASH_SIZE], *data = malloc(DISK_PIECE);
	int ret = data ? unpack_data(stream, layer, data) : -ENOMEM;

	free(data);
	cow_blake_end(&stream->blake, hash);
	if (ret)
		return ret;
	if (fread(expected, 1, sizeof(expected), stream->file) != sizeof(expected) ||
	    memcmp(hash, expected, sizeof(hash)))
		return -EINVAL;
	return 0;
}

/* Unpack @stream to the file @unfinished, which will become @path. */
static int unpack(struct stream *stream, const char *unfinished, const char *base,
		  const char *path, struct cow_error *error)
{
	struct cow_disk_layer *header = calloc(1, sizeof(*header));
	uint8_t seal[COW_HASH_SIZE];
	struct cow_layer *layer;
	bool is_sealed;
	int ret = header ? get_header(stream, path, header, error) : -ENOMEM;

	if (ret)
		goto out_free;
	is_sealed = header->state == COW_SEALED;
	memcpy(seal, header->seal_hash, sizeof(seal));
	if (base)
		ret = cow_path_record(&cow_io_posix, path, base, header->parent_relative,
				      header->parent_absolute);
	if (!ret)
		ret = start_file(unfinished, header);
	if (!ret)
		ret = cow_layer_open(&cow_io_posix, unfinished, COW_LAYER_WRITE, &layer, error);
	if (ret)
		goto out_free;
	/* Keep the write_id: this is the packed layer, not a later state of it. */
	layer->begun = true;
	ret = get_content(stream, layer);
	if (!ret && is_sealed)
		ret = cow_layer_seal(layer, seal);
	if (cow_layer_close(layer) && !ret)
		ret = -EIO;
out_free:
	free(header);
	return ret;
}

static const char *unpack_reason(int ret, const struct cow_error *error)
{
	if (report_interrupted())
		return "interrupted";
	if (ret == -EINVAL)
		return "is not a pack, or is damaged";
	return error->text[0] ? error->text : cow_reason(ret);
}

static enum status unpack_run(const struct verb_args *args)
{
	const char *from = args->words.at[0], *path = args->words.at[1], *unfinished;
	struct cow_error error = { "" };
	struct stream stream;
	int fd, ret;

	if (!output_is_free(path))
		return STATUS_FAILED;
	fd = strcmp(from, "-") ? open(from, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (fd < 0)
		return report_error("%s: %s", from, cow_reason(-errno));
	if (stream_open(&stream, fd, false))
		return report_error("zstd: cannot be started");
	unfinished = output_begin(path);
	ret = unpack(&stream, unfinished, verb_value(args, "base"), path, &error);
	stream_close(&stream);
	if (ret)
		return report_error("%s: %s", from, unpack_reason(ret, &error));
	return output_publish(path, false);
}

/* ---- command line -------------------------------------------------------------------- */

const struct verb pack_verb = {
	.name = "pack",
	.group = GROUP_TRANSFER,
	.usage = "FILE PACK",
	.summary = "Compress what one layer holds, to send it",
	.help = "PACK holds the layer without its holes, compressed by zstd, and a hash. With "
		"'-' the pack goes to standard output.",
	.examples = "  umlab-disk pack student.cow exercise1.pack\n"
		    "  umlab-disk unpack --base course.cow exercise1.pack student.cow",
	.words = "file file",
	.min_words = 2,
	.max_words = 2,
	.run = pack_run,
};

static const struct verb_option unpack_options[] = {
	{ .letter = 'b', .name = "base", .value = "BASE", .kind = "file",
	  .help = "Record BASE as the place of the layer below" },
	{ 0 }
};

const struct verb unpack_verb = {
	.name = "unpack",
	.group = GROUP_TRANSFER,
	.usage = "[OPTION]... PACK FILE",
	.summary = "Restore a layer from a pack",
	.help = "FILE is the same layer as the packed one, so its overlays and its base fit. "
		"With '-' the pack comes from standard input.",
	.options = unpack_options,
	.words = "file file",
	.min_words = 2,
	.max_words = 2,
	.run = unpack_run,
};
