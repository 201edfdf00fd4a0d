// SPDX-License-Identifier: GPL-2.0-only
/*
 * tar.c - read a tar archive that a stranger wrote, one entry at a time
 *
 * Called by unpack.c only, for the archives that leave a guest and for machines from other users.
 * This file knows nothing about the host's files. Every byte of the archive is hostile.
 *
 * Why a reader of our own: what unpack.c accepts is a small part of what tar and libarchive can
 * unpack. Neither can be told to refuse the rest, and umlab also runs inside its own guests,
 * whose images lack further shared libraries.
 *
 * Known formats: ustar; GNU tar and busybox with long names (L and K) and, if the caller accepts
 * them, sparse files (S); pax headers with path, linkpath, size and mtime. Other pax records are
 * ignored, so extended attributes, ACLs, capabilities and owners never reach the caller. An
 * archive must end with a block of zeros, so that a truncated one is noticed.
 *
 * This file is longer than 500 lines because one reader knows all parts of the format.
 */
#include "base/tar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

enum {
	BLOCK = 512,
	HEADER_RUNS = 4,
	BLOCK_RUNS = 21,
	EXTRAS_MAX = 8,		/* headers before one entry that describe the entry */
};

struct field_run {
	char offset[12], size[12];
};

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8];
	char type;
	char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8];
	union {
		char prefix[155];
		struct {
			char atime[12], ctime[12], offset[12], longnames[4], unused;
			struct field_run runs[HEADER_RUNS];
			char more, real_size[12];
		} gnu;
	};
	char rest[12];
};

/* A further block of runs of a sparse file. */
struct more_runs {
	struct field_run runs[BLOCK_RUNS];
	char more, rest[7];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");
_Static_assert(offsetof(struct header, gnu.runs) == 386, "the runs of GNU tar");
_Static_assert(offsetof(struct header, gnu.real_size) == 483, "the size of GNU tar");
_Static_assert(sizeof(struct more_runs) == BLOCK, "further runs are one block");

/* What an L, K or x entry says about the entry after it. */
struct extras {
	bool has_path, has_target, has_size, has_mtime;
	uint64_t size;
	int64_t mtime;
};

static int fault(struct tar *tar, const char *text)
{
	tar->fault = text;
	return -EINVAL;
}

/* ---- bytes ------------------------------------------------------------------------- */

void tar_init(struct tar *tar, int fd)
{
	tar->fd = fd;
	tar->accepts_sparse = false;
	tar->fault = NULL;
	tar->left_size = 0;
	tar->padding = 0;
	tar->at = tar->filled = 0;
	tar->entry.runs = NULL;
	tar->entry.nr_runs = 0;
}

void tar_release(struct tar *tar)
{
	free(tar->entry.runs);
	tar->entry.runs = NULL;
	tar->entry.nr_runs = 0;
}

/* Takes up to @size bytes out of the buffer, which is filled if it is empty. @to may be NULL. */
static ssize_t take(struct tar *tar, void *to, size_t size)
{
	ssize_t got;

	if (tar->at == tar->filled) {
		got = fd_read(tar->fd, tar->buffer, sizeof(tar->buffer));
		if (got <= 0)
			return got;
		tar->at = 0;
		tar->filled = got;
	}
	if (size > tar->filled - tar->at)
		size = tar->filled - tar->at;
	if (to)
		memcpy(to, tar->buffer + tar->at, size);
	tar->at += size;
	return size;
}

/* Takes all of @size bytes. */
static int take_all(struct tar *tar, void *to, uint64_t size)
{
	char *at = to;

	while (size) {
		ssize_t got = take(tar, at, size > BLOCK ? BLOCK : size);

		if (got < 0)
			return got;
		if (!got)
			return fault(tar, "it ends too early");
		if (at)
			at += got;
		size -= got;
	}
	return 0;
}

ssize_t tar_read(struct tar *tar, void *to, size_t size)
{
	ssize_t got;

	if (size > tar->left_size)
		size = tar->left_size;
	if (!size)
		return 0;
	got = take(tar, to, size);
	if (!got)
		return fault(tar, "it ends too early");
	if (got > 0)
		tar->left_size -= got;
	return got;
}

static int skip_data(struct tar *tar)
{
	int error = take_all(tar, NULL, tar->left_size);

	if (!error)
		error = take_all(tar, NULL, tar->padding);
	tar->left_size = 0;
	tar->padding = 0;
	return error;
}

static void data_begins(struct tar *tar, uint64_t size)
{
	tar->left_size = size;
	tar->padding = -size % BLOCK;
}

/* ---- fields ------------------------------------------------------------------------ */

static bool all_zero(const void *block)
{
	const char *bytes = block;

	return !bytes[0] && !memcmp(bytes, bytes + 1, BLOCK - 1);
}

/* Reads an octal number that ends with the field, a blank or a NUL, or GNU's binary form. */
static bool number_parse(const char *field, size_t size, uint64_t *number)
{
	size_t at = 0;

	*number = 0;
	if ((unsigned char)field[0] == 0x80) {
		for (at = 1; at < size; at++) {
			if (*number >> 56)
				return false;
			*number = *number << 8 | (unsigned char)field[at];
		}
		return *number <= INT64_MAX;
	}
	while (at < size && field[at] == ' ')
		at++;
	for (; at < size && field[at] >= '0' && field[at] <= '7'; at++) {
		if (*number >> 60)
			return false;
		*number = *number << 3 | (uint64_t)(field[at] - '0');
	}
	return at == size || field[at] == ' ' || !field[at];
}

static bool sum_matches(const struct header *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	const size_t from = offsetof(struct header, sum);
	uint64_t want, sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= from && i < from + sizeof(header->sum) ? ' ' : bytes[i];
	return number_parse(header->sum, sizeof(header->sum), &want) && sum == want;
}

/* Copies a field that may fill its place without a NUL. */
static void field_copy(char *to, const char *field, size_t size)
{
	size = strnlen(field, size);
	memcpy(to, field, size);
	to[size] = '\0';
}

static bool is_gnu(const struct header *header)
{
	return !memcmp(header->magic, "ustar ", 6);
}

static bool is_ustar(const struct header *header)
{
	return !memcmp(header->magic, "ustar", 6);
}

static void path_copy(char *to, const struct header *header)
{
	size_t used = 0;

	if (is_ustar(header) && header->prefix[0]) {
		field_copy(to, header->prefix, sizeof(header->prefix));
		used = strlen(to);
		to[used++] = '/';
	}
	field_copy(to + used, header->name, sizeof(header->name));
}

/* ---- headers that describe the next entry -------------------------------------------- */

/* Reads the text of an L or K entry. */
static int long_name_take(struct tar *tar, uint64_t size, char to[TAR_PATH_MAX])
{
	int error;

	if (!size || size > TAR_PATH_MAX)
		return fault(tar, "it has a name that is too long");
	error = take_all(tar, to, size);
	if (error)
		return error;
	if (!memchr(to, '\0', size)) {
		if (size == TAR_PATH_MAX)
			return fault(tar, "it has a name that is too long");
		to[size] = '\0';
	}
	return take_all(tar, NULL, -size % BLOCK);
}

static int pax_path(struct tar *tar, const char *value, size_t size, char to[TAR_PATH_MAX],
		    bool *has)
{
	if (!size || size >= TAR_PATH_MAX)
		return fault(tar, "it has a name that is too long");
	if (memchr(value, '\0', size))
		return fault(tar, "it has a name with a NUL");
	memcpy(to, value, size);
	to[size] = '\0';
	*has = true;
	return 0;
}

/* Reads the digits before the decimal point. */
static bool pax_number(const char *value, size_t size, uint64_t *number)
{
	size_t at;

	*number = 0;
	for (at = 0; at < size && value[at] >= '0' && value[at] <= '9'; at++) {
		if (*number > INT64_MAX / 10 - 9)
			return false;
		*number = *number * 10 + (uint64_t)(value[at] - '0');
	}
	return at && (at == size || value[at] == '.');
}

static bool key_is(const char *key, size_t size, const char *name)
{
	return size == strlen(name) && !memcmp(key, name, size);
}

static int pax_record(struct tar *tar, struct extras *extras, const char *key, size_t key_size,
		      const char *value, size_t size)
{
	uint64_t number;

	if (key_is(key, key_size, "path"))
		return pax_path(tar, value, size, tar->entry.path, &extras->has_path);
	if (key_is(key, key_size, "linkpath"))
		return pax_path(tar, value, size, tar->entry.target, &extras->has_target);
	if (key_is(key, key_size, "size")) {
		if (!pax_number(value, size, &extras->size))
			return fault(tar, "it has an invalid size");
		extras->has_size = true;
	} else if (key_is(key, key_size, "mtime")) {
		/* A date before 1970 is left to the field of the header. */
		extras->has_mtime = pax_number(value, size, &number);
		extras->mtime = (int64_t)number;
	} else if (key_size >= 10 && !memcmp(key, "GNU.sparse", 10)) {
		return fault(tar, "it has a sparse file of an unknown form");
	}
	return 0;
}

/* Reads the records "LENGTH KEY=VALUE\n", where LENGTH counts the whole record. */
static int pax_parse(struct tar *tar, struct extras *extras, const char *text, size_t size)
{
	size_t at = 0;
	int error = 0;

	while (!error && at < size) {
		size_t length = 0, digits = 0, start;
		const char *equal;

		while (at + digits < size && digits < 8 && text[at + digits] >= '0' &&
		       text[at + digits] <= '9')
			length = length * 10 + (size_t)(text[at + digits++] - '0');
		start = at + digits + 1;
		if (!digits || start > size || text[start - 1] != ' ' || length > size - at ||
		    at + length <= start || text[at + length - 1] != '\n')
			return fault(tar, "it has a malformed pax header");
		equal = memchr(text + start, '=', at + length - 1 - start);
		if (!equal)
			return fault(tar, "it has a malformed pax header");
		error = pax_record(tar, extras, text + start, equal - (text + start), equal + 1,
				   text + at + length - 1 - (equal + 1));
		at += length;
	}
	return error;
}

static int pax_take(struct tar *tar, uint64_t size, struct extras *extras)
{
	char *text;
	int error;

	if (size > TAR_PAX_MAX)
		return fault(tar, "it has a pax header that is too long");
	text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	error = take_all(tar, text, size);
	if (!error)
		error = take_all(tar, NULL, -size % BLOCK);
	if (!error)
		error = pax_parse(tar, extras, text, size);
	free(text);
	return error;
}

/* ---- sparse files -------------------------------------------------------------------- */

static int run_add(struct tar *tar, const struct field_run *field, uint64_t *stored)
{
	struct tar_entry *entry = &tar->entry;
	const struct tar_run *last = entry->nr_runs ? &entry->runs[entry->nr_runs - 1] : NULL;
	struct tar_run run, *runs;

	if (!field->size[0])
		return 0;
	if (!number_parse(field->offset, sizeof(field->offset), &run.offset) ||
	    !number_parse(field->size, sizeof(field->size), &run.size) ||
	    run.offset > entry->size || run.size > entry->size - run.offset ||
	    (last && run.offset < last->offset + last->size))
		return fault(tar, "it has a malformed sparse file");
	if (entry->nr_runs == TAR_RUNS_MAX)
		return fault(tar, "it has a sparse file of too many parts");
	/* Grow to each power of two. */
	if (!(entry->nr_runs & (entry->nr_runs - 1))) {
		runs = realloc(entry->runs, (2 * entry->nr_runs + 1) * sizeof(*runs));
		if (!runs)
			return -ENOMEM;
		entry->runs = runs;
	}
	entry->runs[entry->nr_runs++] = run;
	*stored += run.size;
	return 0;
}

static int runs_take(struct tar *tar, const struct header *header)
{
	struct more_runs block;
	uint64_t stored = 0;
	bool more = header->gnu.more;
	int error = 0;

	if (!tar->accepts_sparse || !is_gnu(header) ||
	    !number_parse(header->gnu.real_size, sizeof(header->gnu.real_size), &tar->entry.size))
		return fault(tar, "it has a sparse file of an unknown form");
	for (int i = 0; i < HEADER_RUNS && !error; i++)
		error = run_add(tar, &header->gnu.runs[i], &stored);
	while (!error && more) {
		error = take_all(tar, &block, sizeof(block));
		for (int i = 0; i < BLOCK_RUNS && !error; i++)
			error = run_add(tar, &block.runs[i], &stored);
		more = block.more;
	}
	if (!error && stored != tar->entry.stored_size)
		error = fault(tar, "it has a malformed sparse file");
	/* A file of holes only has no runs either, but is sparse. */
	if (!error && !tar->entry.runs) {
		tar->entry.runs = malloc(sizeof(*tar->entry.runs));
		error = tar->entry.runs ? 0 : -ENOMEM;
	}
	return error;
}

/* ---- entries --------------------------------------------------------------------------- */

static enum tar_kind kind_of(const struct header *header, const char *path)
{
	size_t size = strlen(path);

	switch (header->type) {
	case '0':
	case '\0':
	case '7':
		/* Before ustar, a slash at the end marked a folder. */
		return size && path[size - 1] == '/' ? TAR_FOLDER : TAR_FILE;
	case 'S':
		return TAR_FILE;
	case '1':
		return TAR_HARD_LINK;
	case '2':
		return TAR_SYMLINK;
	case '5':
		return TAR_FOLDER;
	default:
		return TAR_SPECIAL;
	}
}

static int entry_fill(struct tar *tar, const struct header *header, const struct extras *extras,
		      uint64_t size)
{
	struct tar_entry *entry = &tar->entry;
	uint64_t mode, mtime;

	if (!extras->has_path)
		path_copy(entry->path, header);
	if (!extras->has_target)
		field_copy(entry->target, header->link, sizeof(header->link));
	if (!number_parse(header->mode, sizeof(header->mode), &mode))
		return fault(tar, "it has an invalid mode");
	entry->mode = mode & 07777;
	if (extras->has_mtime)
		entry->mtime = extras->mtime;
	else
		entry->mtime = number_parse(header->mtime, sizeof(header->mtime), &mtime) ?
			       (int64_t)mtime : 0;
	entry->kind = kind_of(header, entry->path);
	entry->size = entry->stored_size = extras->has_size ? extras->size : size;
	if (header->type == 'S') {
		int error = runs_take(tar, header);

		if (error)
			return error;
	}
	/* Some programs give a hard link the size of the file, but no data. */
	if (entry->kind == TAR_HARD_LINK || entry->kind == TAR_SYMLINK ||
	    entry->kind == TAR_FOLDER)
		entry->size = entry->stored_size = 0;
	data_begins(tar, entry->stored_size);
	return 0;
}

int tar_next(struct tar *tar)
{
	struct extras extras = { 0 };
	struct header header;
	uint64_t size;
	int error = skip_data(tar);

	tar_release(tar);
	for (int nr = 0; !error; nr++) {
		if (nr > EXTRAS_MAX)
			return fault(tar, "it has too many headers");
		error = take_all(tar, &header, sizeof(header));
		if (error)
			return error;
		if (all_zero(&header))
			return 0;
		if (!sum_matches(&header))
			return fault(tar, "it is not a tar archive, or is damaged");
		if (!number_parse(header.size, sizeof(header.size), &size))
			return fault(tar, "it has an invalid size");
		switch (header.type) {
		case 'L':
			error = long_name_take(tar, size, tar->entry.path);
			extras.has_path = true;
			break;
		case 'K':
			error = long_name_take(tar, size, tar->entry.target);
			extras.has_target = true;
			break;
		case 'x':
			error = pax_take(tar, size, &extras);
			break;
		case 'g':
			if (size > TAR_PAX_MAX)
				return fault(tar, "it has a pax header that is too long");
			data_begins(tar, size);
			error = skip_data(tar);
			break;
		default:
			error = entry_fill(tar, &header, &extras, size);
			return error ? error : 1;
		}
	}
	return error;
}
