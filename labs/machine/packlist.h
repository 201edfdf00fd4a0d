/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * packlist.h - list the files of a folder that are safe to put into an archive for others
 */
#ifndef PACKLIST_H
#define PACKLIST_H

#include <stdint.h>

struct packlist {
	int fd;			/* paths below the folder, each with a NUL at its end */
	uint64_t nr_entries;
	uint64_t nr_left_out;	/* devices, FIFOs, sockets, links that lead out, odd names */
};

/*
 * Lists the folder @dir, with @prefix before each path. Files with a name among @skipped, which
 * ends with NULL, are not listed. 0 or -errno; the caller closes list->fd.
 */
int packlist_make(struct packlist *list, const char *dir, const char *prefix,
		  const char *const *skipped);

#endif
