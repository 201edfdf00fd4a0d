// SPDX-License-Identifier: GPL-2.0-only
/*
 * f-tar.c - fuzz the reader of archives from guests and strangers (labs/base/tar.c)
 *
 * Reads all entries of the input as unpack.c does, with sparse files accepted if the first byte is
 * odd, and checks what unpack.c relies on. If bit 1 of the first byte is set, all headers get the
 * right checksum first, so that changed fields get past that check. The first byte is not part of
 * the archive. Writes no file.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>

#include "base/tar.h"
#include "base/unpack.h"

static struct tar tar;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_hush();
	return 0;
}

/* The runs of a sparse file lie inside the file, in order, and are as long as its data. */
static void entry_check(const struct tar_entry *entry)
{
	uint64_t end = 0, stored = 0;

	fuzz_check(strnlen(entry->path, TAR_PATH_MAX) < TAR_PATH_MAX);
	fuzz_check(strnlen(entry->target, TAR_PATH_MAX) < TAR_PATH_MAX);
	fuzz_check(entry->mode <= 07777 && entry->size <= INT64_MAX);
	for (size_t i = 0; i < entry->nr_runs; i++) {
		fuzz_check(entry->runs[i].offset >= end);
		end = entry->runs[i].offset + entry->runs[i].size;
		stored += entry->runs[i].size;
	}
	fuzz_check(end <= entry->size);
	fuzz_check(!entry->runs || stored == entry->stored_size);
}

static void sums_put(uint8_t *data, size_t size)
{
	for (size_t at = 0; at + 512 <= size; at += 512) {
		unsigned int sum = 8 * ' ';

		if (memcmp(data + at + 257, "ustar", 5))
			continue;
		for (int i = 0; i < 512; i++)
			sum += i < 148 || i >= 156 ? data[at + i] : 0;
		snprintf((char *)data + at + 148, 8, "%06o", sum);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t archive[1 << 17];
	static int fd = -1;
	char part[1000];
	ssize_t got;

	if (!size || size > sizeof(archive))
		return 0;
	memcpy(archive, data + 1, size - 1);
	if (data[0] & 2)
		sums_put(archive, size - 1);
	if (fd < 0)
		fd = memfd_create("archive", MFD_CLOEXEC);
	if (ftruncate(fd, 0) || pwrite(fd, archive, size - 1, 0) != (ssize_t)size - 1)
		exit(125);
	lseek(fd, 0, SEEK_SET);
	tar_init(&tar, fd);
	tar.accepts_sparse = data[0] & 1;
	while (tar_next(&tar) > 0) {
		uint64_t sum = 0;

		entry_check(&tar.entry);
		unpack_link_stays(tar.entry.target, 2);
		/* Leave the data of every other entry to tar_next(). */
		while (tar.entry.mode & 1 && (got = tar_read(&tar, part, sizeof(part))) > 0)
			sum += (uint64_t)got;
		fuzz_check(sum <= tar.entry.stored_size);
	}
	tar_release(&tar);
	return 0;
}
