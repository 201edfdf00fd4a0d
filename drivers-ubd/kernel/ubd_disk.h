/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_disk.h - define a disk, as all files of kernel/ see it
 */
#ifndef UBD_DISK_H
#define UBD_DISK_H

#include <linux/blk-mq.h>
#include <linux/workqueue.h>
#include "kernel/ubd_option.h"
#include "worker/ubd_worker.h"

struct ubd_disk {
	struct gendisk *gendisk;
	struct blk_mq_tag_set tags;
	struct ubd_store store;
	struct ubd_option option;
	struct delayed_work beat;	/* renews the lease (ubd_store.c) */
	char name[8];			/* "ubda" */
	char *path;
	char *base;			/* file below the overlay; NULL: none was named */
};

#endif /* UBD_DISK_H */
