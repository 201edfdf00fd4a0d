/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_store.h - open, close and grow the file or files that a disk is stored in
 */
#ifndef UBD_STORE_H
#define UBD_STORE_H

#include <linux/types.h>

struct ubd_disk;

enum {
	UBD_WHY_SIZE = 256,
};

/*
 * All of these sleep while a worker thread does the work.
 * ubd_store_open - open, or create, the file that the option names. Prints a line on failure.
 * ubd_store_close - close the file; a layer is clean afterwards. No request may be under way.
 * ubd_store_grow - grow the disk to @size bytes, or to the current size of the raw file if @size is
 *	0. The queue must be frozen. On failure @why says what is wrong.
 */
int ubd_store_open(struct ubd_disk *ubd);
void ubd_store_close(struct ubd_disk *ubd);
int ubd_store_grow(struct ubd_disk *ubd, u64 size, char why[UBD_WHY_SIZE]);

#endif /* UBD_STORE_H */
