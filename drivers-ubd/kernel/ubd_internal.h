/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_internal.h - a disk, between the files of the driver
 */
#ifndef UBD_INTERNAL_H
#define UBD_INTERNAL_H

#include <linux/blk-mq.h>
#include <linux/workqueue.h>
#include "kernel/ubd_option.h"
#include "worker/ubd_worker.h"

struct ubd_disk {
	struct gendisk *gendisk;
	struct blk_mq_tag_set tags;
	struct ubd_store store;
	struct ubd_option option;
	struct delayed_work beat;	/* signs of life of a lease (cow/lib/lease.h) */
	char name[8];
	char *path;
	char *base;			/* NULL: none named */
};

/* ---- ubd_open.c: what may take long is done on a worker; the caller sleeps --------- */

/* ubd_call - run @fn(@arg) on a worker and wait for it. */
int ubd_call(int (*fn)(void *arg), void *arg);
/* ubd_call_done - from the interrupt: @io came back. */
void ubd_call_done(struct ubd_io *io);

/* ubd_open_store - open, or make, what the option names; says why when it cannot. */
int ubd_open_store(struct ubd_disk *ubd);
/* ubd_close_store - in order: a layer is clean afterwards. No request may be under way. */
void ubd_close_store(struct ubd_disk *ubd);
/* ubd_grow_store - to @size bytes; 0: as large as the raw file is now. Queue frozen. @why: room for 256 characters. */
int ubd_grow_store(struct ubd_disk *ubd, u64 size, char *why);
bool ubd_store_can_discard(const struct ubd_disk *ubd);
unsigned int ubd_store_granularity(const struct ubd_disk *ubd);

/* ---- ubd.c --------------------------------------------------------------------------------- */

/* ubd_add_disk - make the block device of an open store. ubd_free - its memory, before there is one. */
int ubd_add_disk(struct ubd_disk *ubd);
void ubd_free(struct ubd_disk *ubd);
/* ubd_finished - hard interrupt: workers have finished something. */
void ubd_finished(void *data);

/* ---- ubd_disks.c: for the control socket ---------------------------------------------------- */

int ubd_add(const char *setting);
int ubd_remove(unsigned int index);
int ubd_grow(unsigned int index, u64 size, char *why);
const struct ubd_disk *ubd_get(unsigned int index);

#endif /* UBD_INTERNAL_H */
