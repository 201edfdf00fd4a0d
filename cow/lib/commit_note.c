// SPDX-License-Identifier: GPL-2.0-only
/*
 * commit_note.c - note beside a raw base that an overlay is being committed to it
 *
 * During a commit the content of the base changes, and the overlay must accept the base
 * nevertheless. The header of the overlay says so too, but a header is hostile: it could name any
 * file as a base that has changed. So umlab-disk writes this note, and identity.c believes the
 * note. Its name is BASE.umlab-commit; format.h has its bytes. Called by tool_commit.c on the main
 * thread of umlab-disk, and by identity.c, also on a host thread of the disk driver.
 */
#include "commit_note.h"

#include "beside.h"
#include "crc32c.h"

static uint32_t note_crc(const struct cow_disk_commit *note)
{
	return cow_crc32c(0, note, offsetof(struct cow_disk_commit, crc));
}

int cow_commit_note_write(const struct cow_layer *base, const struct cow_layer *overlay)
{
	struct cow_disk_commit note = { .magic = COW_COMMIT_MAGIC };
	int ret;

	memcpy(note.uuid, overlay->header->uuid, sizeof(note.uuid));
	note.crc = note_crc(&note);
	ret = cow_beside_write(base, COW_COMMIT_SUFFIX, &note, sizeof(note), NULL);
	return ret ? ret : base->io->sync_folder(base->io, base->path);
}

void cow_commit_note_remove(const struct cow_layer *base)
{
	cow_beside_remove(base, COW_COMMIT_SUFFIX);
}

bool cow_commit_noted(const struct cow_layer *base, const struct cow_layer *overlay)
{
	struct cow_disk_commit note;

	return !cow_beside_read(base, COW_COMMIT_SUFFIX, &note, sizeof(note)) &&
	       !memcmp(note.magic, COW_COMMIT_MAGIC, sizeof(note.magic)) &&
	       note.crc == note_crc(&note) &&
	       !memcmp(note.uuid, overlay->header->uuid, sizeof(note.uuid));
}
