// SPDX-License-Identifier: GPL-2.0-only
/*
 * simdisk.h - simulate files that can lose power and fail, as a struct cow_io in memory
 *
 * A file has the content that programs see (now), the content on stable storage (stable), and a
 * list of the writes since the last sync. sim_crash() keeps a random subset of the sectors of these
 * writes. Each call increments sim.calls. From call sim.power_off on, all calls fail and have no
 * effect. Call sim.fail_at fails with sim.fail_with. A failed sync loses the writes before it.
 *
 * Included by the unit tests of cow/, which have only one thread. This file has more than
 * 500 lines because every call of struct cow_io works on the same table of files.
 */
#ifndef SIMDISK_H
#define SIMDISK_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "cow.h"

enum { SIM_FILES = 96, SIM_OPEN = 256, SIM_SECTOR = 512 };

struct sim_write {
	uint64_t offset, size;
	uint8_t *data;
};

struct sim_file {
	bool used;
	char name[64];			/* "": the file is unlinked, but still open */
	char link[64];			/* a second name */
	uint8_t *now, *stable;
	uint64_t size, room;
	struct sim_write *writes;
	unsigned int nr_writes;
	int64_t mtime, ctime;
	unsigned int nr_open, exclusive, shared;
};

static struct {
	struct sim_file files[SIM_FILES];
	struct { int file; int locked; bool writable; } open[SIM_OPEN];
	long power_off, fail_at;	/* 0: never */
	int fail_with;
	bool no_punch, remote, no_link, cannot_lock;
	int64_t clock;
	uint64_t pid;
	unsigned long calls;
	unsigned int seed;
} sim = { .seed = 1, .pid = 100, .clock = 1000000000LL * 1700000000 };

static unsigned int sim_random(unsigned int below)
{
	sim.seed = sim.seed * 1103515245 + 12345;
	return (sim.seed >> 8) % below;
}

/* Count a call; returns the error with which it must fail, or 0. */
static int sim_call(void)
{
	sim.calls++;
	if (sim.power_off && (long)sim.calls >= sim.power_off)
		return -EIO;
	if (sim.fail_at && (long)sim.calls == sim.fail_at)
		return sim.fail_with;
	return 0;
}

static struct sim_file *sim_find(const char *name)
{
	if (!strncmp(name, "./", 2))
		name += 2;
	if (!strncmp(name, "/sim/", 5))
		name += 5;
	for (int i = 0; i < SIM_FILES; i++)
		if (sim.files[i].used && name[0] && (!strcmp(sim.files[i].name, name) ||
						     !strcmp(sim.files[i].link, name)))
			return &sim.files[i];
	return NULL;
}

/* Maps the memory, because mapped memory costs nothing until it is touched. */
static uint8_t *sim_memory(uint64_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		abort();
	return at;
}

static void sim_room(struct sim_file *file, uint64_t size)
{
	uint8_t *now, *stable;

	if (size <= file->room)
		return;
	size = cow_round_up(size, 4096);
	now = sim_memory(size);
	stable = sim_memory(size);
	if (file->room) {
		memcpy(now, file->now, file->room);
		memcpy(stable, file->stable, file->room);
		munmap(file->now, file->room);
		munmap(file->stable, file->room);
	}
	file->now = now;
	file->stable = stable;
	file->room = size;
}

static void sim_drop_writes(struct sim_file *file)
{
	for (unsigned int i = 0; i < file->nr_writes; i++)
		free(file->writes[i].data);
	free(file->writes);
	file->writes = NULL;
	file->nr_writes = 0;
}

static void sim_free(struct sim_file *file)
{
	sim_drop_writes(file);
	if (file->room) {
		munmap(file->now, file->room);
		munmap(file->stable, file->room);
	}
	memset(file, 0, sizeof(*file));
}

static struct sim_file *sim_new(const char *name)
{
	for (int i = 0; i < SIM_FILES; i++) {
		if (!sim.files[i].used) {
			struct sim_file *file = &sim.files[i];

			file->used = true;
			snprintf(file->name, sizeof(file->name), "%s",
				 !strncmp(name, "/sim/", 5) ? name + 5 : name);
			file->mtime = file->ctime = sim.clock += 1000000;
			sim_room(file, 1);
			return file;
		}
	}
	abort();
}

static void sim_put(struct sim_file *file, uint64_t offset, const void *data, uint64_t size)
{
	struct sim_write *write;

	if (offset + size > file->size) {
		sim_room(file, offset + size);
		file->size = offset + size;
	}
	if (data)
		memcpy(file->now + offset, data, size);
	else
		memset(file->now + offset, 0, size);
	file->writes = realloc(file->writes, (file->nr_writes + 1) * sizeof(*write));
	write = &file->writes[file->nr_writes++];
	write->offset = offset;
	write->size = size;
	write->data = malloc(size);
	memcpy(write->data, file->now + offset, size);
	file->mtime = file->ctime = sim.clock += 1000000;
}

/* Make a file with these bytes on stable storage. */
static struct sim_file *sim_make(const char *name, const void *data, uint64_t size)
{
	struct sim_file *file = sim_find(name);

	if (file)
		sim_free(file);
	file = sim_new(name);
	sim_room(file, size ? size : 1);
	file->size = size;
	if (data) {
		memcpy(file->now, data, size);
		memcpy(file->stable, data, size);
	}
	return file;
}

static void sim_reset(void)
{
	for (int i = 0; i < SIM_FILES; i++)
		sim_free(&sim.files[i]);
	memset(sim.open, 0, sizeof(sim.open));
	sim.power_off = sim.fail_at = 0;
	sim.calls = 0;
	sim.no_punch = sim.remote = sim.no_link = sim.cannot_lock = false;
}

/* Simulate a power failure: keep some of the unsynced writes, and close all files. */
static void sim_crash(void)
{
	for (int i = 0; i < SIM_FILES; i++) {
		struct sim_file *file = &sim.files[i];

		if (!file->used)
			continue;
		for (unsigned int w = 0; w < file->nr_writes; w++) {
			struct sim_write *write = &file->writes[w];
			unsigned int luck = sim_random(4);	/* keep 0: all, 1: none */

			for (uint64_t at = 0; at < write->size;) {
				uint64_t part = SIM_SECTOR - (write->offset + at) % SIM_SECTOR;

				if (part > write->size - at)
					part = write->size - at;
				if (luck == 0 || (luck > 1 && sim_random(2)))
					memcpy(file->stable + write->offset + at, write->data + at,
					       part);
				at += part;
			}
		}
		for (unsigned int w = 0; w < file->nr_writes; w++)
			memcpy(file->now + file->writes[w].offset,
			       file->stable + file->writes[w].offset, file->writes[w].size);
		sim_drop_writes(file);
		file->nr_open = file->exclusive = file->shared = 0;
		if (!file->name[0] && !file->link[0])
			sim_free(file);
	}
	memset(sim.open, 0, sizeof(sim.open));
	sim.power_off = sim.fail_at = 0;
	sim.pid++;
}

/* ---- struct cow_io --------------------------------------------------------------- */

static struct sim_file *sim_file(int file)
{
	return &sim.files[sim.open[file].file - 1];
}

static int sim_open(const struct cow_io *io, const char *path, unsigned int flags)
{
	struct sim_file *file = sim_find(path);
	int ret = sim_call();

	if (ret)
		return ret;
	if (file && flags & COW_O_CREATE)
		return -EEXIST;
	if (!file && !(flags & COW_O_CREATE))
		return -ENOENT;
	if (!file)
		file = sim_new(path);
	for (int i = 1; i < SIM_OPEN; i++) {
		if (!sim.open[i].file) {
			sim.open[i].file = file - sim.files + 1;
			sim.open[i].locked = 0;
			sim.open[i].writable = flags & COW_O_WRITE;
			file->nr_open++;
			return i;
		}
	}
	return -EMFILE;
}

static void sim_unlock(int file)
{
	if (sim.open[file].locked == 1)
		sim_file(file)->shared--;
	if (sim.open[file].locked == 2)
		sim_file(file)->exclusive--;
	sim.open[file].locked = 0;
}

static void sim_close(const struct cow_io *io, int file)
{
	struct sim_file *f = sim_file(file);

	sim_unlock(file);
	sim.open[file].file = 0;
	if (!--f->nr_open && !f->name[0] && !f->link[0])
		sim_free(f);
}

static ssize_t sim_readv(const struct cow_io *io, int file, struct cow_iovec *vec,
			 unsigned int count, uint64_t offset, unsigned int flags)
{
	struct sim_file *f = sim_file(file);
	ssize_t total = 0;
	int ret = sim_call();

	if (ret)
		return ret;
	if (count > COW_VEC_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < count && offset < f->size; i++) {
		size_t part = vec[i].size < f->size - offset ? vec[i].size : f->size - offset;

		memcpy(vec[i].base, f->now + offset, part);
		offset += part;
		total += part;
	}
	memset(vec, 0, count * sizeof(*vec));
	return total;
}

static ssize_t sim_writev(const struct cow_io *io, int file, struct cow_iovec *vec,
			  unsigned int count, uint64_t offset)
{
	ssize_t total = 0;
	int ret = sim_call();

	if (!sim.open[file].writable)
		return -EBADF;
	if (count > COW_VEC_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < count; i++) {
		/* A failing write may have written its first part. */
		if (ret && (sim.power_off || sim_random(2)))
			return ret;
		sim_put(sim_file(file), offset, vec[i].base, vec[i].size);
		offset += vec[i].size;
		total += vec[i].size;
	}
	memset(vec, 0, count * sizeof(*vec));
	return ret ? ret : total;
}

static int sim_sync(const struct cow_io *io, int file)
{
	struct sim_file *f = sim_file(file);
	int ret = sim_call();

	if (ret && sim.power_off)
		return ret;
	if (ret) {
		/* The writes are lost, but programs still see them until the power fails. */
		for (unsigned int w = 0; w < f->nr_writes; w++)
			if (sim_random(2))
				memcpy(f->stable + f->writes[w].offset, f->writes[w].data,
				       f->writes[w].size);
		sim_drop_writes(f);
		return ret;
	}
	for (unsigned int w = 0; w < f->nr_writes; w++)
		memcpy(f->stable + f->writes[w].offset, f->writes[w].data, f->writes[w].size);
	sim_drop_writes(f);
	return 0;
}

static int sim_punch(const struct cow_io *io, int file, uint64_t offset, uint64_t size)
{
	struct sim_file *f = sim_file(file);
	int ret = sim_call();

	if (ret)
		return ret;
	if (sim.no_punch)
		return -EOPNOTSUPP;
	if (offset >= f->size)
		return 0;
	sim_put(f, offset, NULL, size < f->size - offset ? size : f->size - offset);
	return 0;
}

static int sim_truncate(const struct cow_io *io, int file, uint64_t size)
{
	struct sim_file *f = sim_file(file);
	int ret = sim_call();

	if (ret)
		return ret;
	sim_room(f, size);
	f->size = size;
	return 0;
}

static int sim_stat(const struct cow_io *io, int file, struct cow_stat *stat)
{
	struct sim_file *f = sim_file(file);
	int ret = sim_call();

	if (ret)
		return ret;
	*stat = (struct cow_stat){
		.size = f->size,
		.dev = 1,
		.ino = f - sim.files + 1,
		.mtime = f->mtime,
		.ctime = f->ctime,
		.remote = sim.remote,
	};
	return 0;
}

static int sim_size(const struct cow_io *io, int file, uint64_t *size)
{
	int ret = sim_call();

	if (!ret)
		*size = sim_file(file)->size;
	return ret;
}

static int sim_next_data(const struct cow_io *io, int file, uint64_t *start, uint64_t *end)
{
	struct sim_file *f = sim_file(file);
	int ret = sim_call();

	if (ret)
		return ret;
	return *start < f->size ? 0 : -ENXIO;
}

static int sim_lock(const struct cow_io *io, int file, enum cow_lock lock)
{
	struct sim_file *f = sim_file(file);
	int ret = sim_call(), old = sim.open[file].locked;

	if (ret)
		return ret;
	if (sim.cannot_lock)
		return -ENOLCK;
	sim_unlock(file);
	if (f->exclusive || (lock == COW_LOCK_EXCLUSIVE && f->shared)) {
		if (old == 1)
			f->shared++;
		if (old == 2)
			f->exclusive++;
		sim.open[file].locked = old;
		return -EAGAIN;
	}
	if (lock == COW_LOCK_EXCLUSIVE)
		f->exclusive++;
	else
		f->shared++;
	sim.open[file].locked = lock == COW_LOCK_EXCLUSIVE ? 2 : 1;
	return 0;
}

static int sim_unlink(const struct cow_io *io, const char *path)
{
	struct sim_file *file = sim_find(path);
	int ret = sim_call();

	if (ret)
		return ret;
	if (!file)
		return -ENOENT;
	if (!strcmp(file->link, path))
		file->link[0] = 0;
	else {
		memcpy(file->name, file->link, sizeof(file->name));
		file->link[0] = 0;
	}
	if (!file->name[0] && !file->nr_open)
		sim_free(file);
	return 0;
}

static int sim_rename(const struct cow_io *io, const char *from, const char *to)
{
	struct sim_file *file = sim_find(from);
	int ret = sim_call();

	if (ret)
		return ret;
	if (!file)
		return -ENOENT;
	if (sim_find(to))
		sim_unlink(io, to);
	snprintf(file->name, sizeof(file->name), "%s", to);
	return 0;
}

static int sim_link(const struct cow_io *io, const char *from, const char *to)
{
	struct sim_file *file = sim_find(from);
	int ret = sim_call();

	if (ret)
		return ret;
	if (sim.no_link)
		return -EPERM;
	if (!file)
		return -ENOENT;
	if (sim_find(to))
		return -EEXIST;
	snprintf(file->link, sizeof(file->link), "%s", to);
	return 0;
}

static int sim_sync_folder(const struct cow_io *io, const char *path)
{
	return sim_call();
}

static bool sim_is_link(const struct cow_io *io, const char *path)
{
	return false;
}

static int sim_resolve(const struct cow_io *io, const char *folder, char *path, size_t size)
{
	snprintf(path, size, "/sim");
	return sim_call();
}

static void *sim_alloc(const struct cow_io *io, size_t size)
{
	return sim_call() ? NULL : calloc(1, size);
}

static void sim_release(const struct cow_io *io, void *at, size_t size)
{
	free(at);
}

/* Must not be called: there is only one thread, so nothing could wake it. */
static void sim_sleep(const struct cow_io *io, uint32_t *word, uint32_t seen)
{
	abort();
}

static void sim_wake(const struct cow_io *io, uint32_t *word)
{
}

static int64_t sim_time(const struct cow_io *io)
{
	return sim.clock / 1000000000;
}

static int sim_random_bytes(const struct cow_io *io, void *to, size_t size)
{
	static uint64_t state = 88172645463325252ULL;

	for (size_t i = 0; i < size; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		((uint8_t *)to)[i] = state >> 32;
	}
	return 0;
}

static void sim_owner(const struct cow_io *io, struct cow_disk_owner *owner)
{
	*owner = (struct cow_disk_owner){
		.host = "simulated",
		.boot_id = "boot",
		.pid = sim.pid,
		.since = sim.clock / 1000000000,
	};
}

static bool sim_owner_alive(const struct cow_io *io, const struct cow_disk_owner *owner)
{
	return strcmp(owner->host, "simulated") || owner->pid == sim.pid;
}

static const struct cow_io sim_io = {
	.open = sim_open,
	.close = sim_close,
	.readv = sim_readv,
	.writev = sim_writev,
	.sync = sim_sync,
	.punch = sim_punch,
	.truncate = sim_truncate,
	.stat = sim_stat,
	.size = sim_size,
	.next_data = sim_next_data,
	.lock = sim_lock,
	.rename = sim_rename,
	.link = sim_link,
	.unlink = sim_unlink,
	.sync_folder = sim_sync_folder,
	.is_link = sim_is_link,
	.resolve = sim_resolve,
	.alloc = sim_alloc,
	.free = sim_release,
	.sleep = sim_sleep,
	.wake = sim_wake,
	.time = sim_time,
	.random = sim_random_bytes,
	.owner = sim_owner,
	.owner_alive = sim_owner_alive,
};

#endif /* SIMDISK_H */
