/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unpack.h - unpack an archive that a stranger wrote, and take only what was asked for
 */
#ifndef UNPACK_H
#define UNPACK_H

#include <stdbool.h>
#include <stdint.h>

struct unpack {
	/* In. */
	const char *name;	/* accept this entry and what is below it; NULL: any entry */
	/* Which paths to take; others are passed over. NULL: all. */
	bool (*wanted)(const char *path);
	bool sparse;		/* accept sparse files of GNU tar */
	uint64_t size_max;	/* bytes of all files together, without holes */
	uint64_t nr_max;	/* entries */
	/* Out. */
	uint64_t nr_entries, size;
	uint64_t nr_links;	/* links that were left out, because they lead out of the folder */
	uint64_t nr_special;	/* devices, FIFOs and sockets that were left out */
};

/*
 * Unpacks the tar archive that @fd delivers into the empty folder @dir_fd. 0; or -errno with the
 * reason in *@reason, a new string; what was unpacked until then remains in the folder.
 */
int unpack_tar(int fd, int dir_fd, struct unpack *unpack, char **reason);

/*
 * Does a symbolic link to @target stay inside a folder, if it lies @depth folders below that? It
 * may go up with ".." first and then down; see the head of unpack.c.
 */
bool unpack_link_stays(const char *target, int depth);
/* Does @name have a control character, of ASCII or C1? */
bool unpack_name_is_odd(const char *name);

/*
 * Gives up the rights of this process on files outside @dir_fd, if the host has Landlock. The
 * caller reads and writes only open descriptors and files below @dir_fd from then on.
 */
void unpack_confine(int dir_fd);

#endif
