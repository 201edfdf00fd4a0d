// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_pack.c - umlab-disk pack, unpack: one layer without its holes, compressed
 *
 * Layers are sparse, and many ways to send a file fill its holes. A pack is, through zstd:
 * "UMLXpack", the header of the layer, records, and a BLAKE2b-256 of all before it. A record
 * is first cluster, count and state (8 bytes each), and the data if that is COW_DATA; count
 * 0 ends them. What is unpacked has the same uuid and write_id: it is the same layer.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "blake.h"
#include "map.h"
#include "tool.h"

#define PACK_MAGIC "UMLXpack"

enum { PIECE = 1 << 20 };

struct record {
	uint64_t first, count, state;
};

/* One end of zstd. */
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
		signal(SIGINT, SIG_IGN);	/* we decide when it ends */
		dup2(write ? ends[0] : fd, STDIN_FILENO);
		dup2(write ? fd : ends[1], STDOUT_FILENO);
		if (write)
			execlp("zstd", "zstd", "-q", "-c", "-T0", "-", (char *)NULL);
		else
			execlp("zstd", "zstd", "-q", "-c", "-d", "-", (char *)NULL);
		fputs("umlab-disk: zstd: not found; it is the Debian package zstd\n", stderr);
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
		if (record.state == COW_DATA && count > PIECE / cluster_size)
			count = PIECE / cluster_size;
		record.count = count;
		ret = put(stream, &record, sizeof(record));
		if (!ret && record.state == COW_DATA)
			ret = cow_io_read_padded(layer->io, layer->file, data, count * cluster_size,
						 layer->data_offset + at * cluster_size);
		if (!ret && record.state == COW_DATA)
			ret = put(stream, data, count * cluster_size);
		if (!ret && tool_step("packing", at, layer->nr_clusters))
			ret = -ECANCELED;
	}
	return ret;
}

static int pack(struct cow_layer *layer, int fd)
{
	const struct record end = { 0 };
	uint8_t hash[COW_HASH_SIZE], *data = malloc(PIECE);
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

int tool_pack(int argc, char **argv, const struct tool_options *options)
{
	bool to_stdout = !strcmp(argv[1], "-");
	struct cow_error error = { "" };
	struct cow_layer *layer;
	int fd = STDOUT_FILENO, ret = cow_layer_open(&cow_io_posix, argv[0], 0, &layer, &error);

	if (ret)
		return tool_fail(&error);
	if (layer->kind != COW_KIND_LAYER) {
		tool_warn("%s: is %s; pack takes layers (compress others as they are)", argv[0], cow_kind_name(layer->kind));
		cow_layer_close(layer);
		return TOOL_NO;
	}
	if (!to_stdout)
		fd = open(tool_part(argv[1]), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		tool_warn("%s: %s", argv[1], cow_reason(-errno));
		cow_layer_close(layer);
		return TOOL_NO;
	}
	ret = pack(layer, fd);
	if (!ret && !to_stdout && fsync(fd))
		ret = -errno;
	cow_layer_close(layer);
	if (ret) {
		tool_warn("%s: %s", argv[1], tool_interrupted() ? "interrupted" : cow_reason(ret));
		return TOOL_NO;
	}
	return to_stdout ? TOOL_OK : tool_publish(argv[1], false);
}

/* ---- unpack ---------------------------------------------------------------------------------- */

/* An empty file for this header; its map is written through the layer that is opened on it. */
static int start_file(const char *part, struct cow_disk_layer *header)
{
	int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666), ret;
	uint8_t *decoy = calloc(1, COW_HEADER_A);

	if (fd < 0)
		return -errno;
	cow_header_decoy(decoy);
	header->state = COW_DIRTY;
	memset(&header->owner, 0, sizeof(header->owner));
	cow_header_finish(header);
	ret = cow_io_write(&cow_io_posix, fd, decoy, COW_HEADER_A, 0);
	if (!ret)
		ret = cow_io_write(&cow_io_posix, fd, header, sizeof(*header), COW_HEADER_A);
	if (!ret && ftruncate(fd, header->data_offset + cow_round_up(header->size, 1ULL << header->cluster_bits)))
		ret = -errno;
	free(decoy);
	close(fd);
	return ret;
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
		if (record.first >= layer->nr_clusters || record.count > layer->nr_clusters - record.first ||
		    (record.state != COW_DATA && record.state != COW_ZERO) ||
		    (record.state == COW_DATA && record.count > PIECE / cluster_size))
			return -EINVAL;
		if (record.state == COW_DATA) {
			ret = get(stream, data, record.count * cluster_size);
			if (!ret)
				ret = cow_io_write(layer->io, layer->file, data, record.count * cluster_size,
						   layer->data_offset + record.first * cluster_size);
		}
		if (!ret)
			cow_map_set(layer, record.first, record.count, record.state);
		if (!ret && tool_step("unpacking", record.first, layer->nr_clusters))
			ret = -ECANCELED;
		if (ret)
			return ret;
	}
}

static int unpack(struct stream *stream, const char *part, const struct tool_options *options, const char *path, struct cow_error *error)
{
	struct cow_disk_layer *headers = calloc(2, sizeof(*headers)), *header = calloc(1, sizeof(*header));
	uint8_t *data = malloc(PIECE), hash[COW_HASH_SIZE], want[COW_HASH_SIZE], write_id[16], seal[COW_HASH_SIZE];
	struct cow_layer *layer = NULL;
	char magic[8];
	uint32_t state;
	unsigned int place;
	int ret = get(stream, magic, 8);

	if (!ret && memcmp(magic, PACK_MAGIC, 8))
		ret = -EINVAL;
	if (!ret)
		ret = get(stream, &headers[0], sizeof(headers[0]));
	if (!ret)
		ret = cow_header_parse_layer(path, headers, header, &place, error);
	if (ret)
		goto out_free;
	state = header->state == COW_SEALED ? COW_SEALED : COW_CLEAN;
	memcpy(write_id, header->write_id, sizeof(write_id));
	memcpy(seal, header->seal_hash, sizeof(seal));
	if (options->base)
		ret = cow_path_record(&cow_io_posix, path, options->base, header->parent_relative, header->parent_absolute);
	if (!ret)
		ret = start_file(part, header);
	if (!ret)
		ret = cow_layer_open(&cow_io_posix, part, COW_LAYER_WRITE, &layer, error);
	if (ret)
		goto out_free;
	/* It is that layer and no later state of it. */
	layer->begun = true;
	ret = unpack_data(stream, layer, data);
	cow_blake_end(&stream->blake, hash);
	if (!ret && (fread(want, 1, sizeof(want), stream->file) != sizeof(want) || memcmp(hash, want, sizeof(hash))))
		ret = -EINVAL;
	if (!ret && state == COW_SEALED)
		ret = cow_layer_seal(layer, seal);
	if (cow_layer_close(layer) && !ret)
		ret = -EIO;
out_free:
	free(headers);
	free(header);
	free(data);
	return ret;
}

int tool_unpack(int argc, char **argv, const struct tool_options *options)
{
	struct cow_error error = { "" };
	struct stream stream;
	char part[COW_PATH + 8];
	int fd = strcmp(argv[0], "-") ? open(argv[0], O_RDONLY | O_CLOEXEC) : STDIN_FILENO, ret;

	if (fd < 0) {
		tool_warn("%s: %s", argv[0], cow_reason(-errno));
		return TOOL_NO;
	}
	if (!access(argv[1], F_OK)) {
		tool_warn("%s: exists already and stays as it is", argv[1]);
		return TOOL_NO;
	}
	ret = stream_open(&stream, fd, false);
	if (ret)
		tool_die("zstd: cannot be started");
	snprintf(part, sizeof(part), "%s", tool_part(argv[1]));
	ret = unpack(&stream, part, options, argv[1], &error);
	stream_close(&stream);
	if (ret) {
		tool_warn("%s: %s", argv[0], tool_interrupted() ? "interrupted" : ret == -EINVAL ? "is no pack, or is damaged" :
			  error.text[0] ? error.text : cow_reason(ret));
		return TOOL_NO;
	}
	return tool_publish(argv[1], false);
}
