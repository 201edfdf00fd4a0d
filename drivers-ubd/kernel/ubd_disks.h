/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_disks.h - add, remove and grow disks while the machine runs
 */
#ifndef UBD_DISKS_H
#define UBD_DISKS_H

#include <linux/types.h>
#include "kernel/ubd_store.h"

struct ubd_disk;

/*
 * Task context; each call waits for the others. All return 0 or -errno.
 * ubd_disks_add - add the disk that @setting describes, an option without "ubd": "0ro=FILE,flags".
 *	-EBUSY: the number is taken. Prints other failures.
 * ubd_disks_remove - remove a disk. -ENODEV: no such disk. -EBUSY: the guest has it open.
 * ubd_disks_grow - grow a disk as ubd_store_grow() does. -ENODEV: no such disk; @why is not set.
 */
int ubd_disks_add(const char *setting);
int ubd_disks_remove(unsigned int index);
int ubd_disks_grow(unsigned int index, u64 size, char why[UBD_WHY_SIZE]);

/* ubd_disks_get - return the disk with this number, or NULL. */
const struct ubd_disk *ubd_disks_get(unsigned int index);

#endif /* UBD_DISKS_H */
