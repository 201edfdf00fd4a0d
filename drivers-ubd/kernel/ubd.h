/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd.h - create and free the block device of a disk
 */
#ifndef UBD_H
#define UBD_H

struct ubd_disk;

/*
 * ubd_gendisk_add - create the block device of @ubd, whose store is open. @ubd is freed when the
 * last user has closed the device. On failure @ubd still belongs to the caller.
 */
int ubd_gendisk_add(struct ubd_disk *ubd);

/* ubd_disk_free - free a disk that has no block device. */
void ubd_disk_free(struct ubd_disk *ubd);

/* ubd_io_finished - complete the requests that workers have finished. Hard interrupt. */
void ubd_io_finished(void *data);

#endif /* UBD_H */
