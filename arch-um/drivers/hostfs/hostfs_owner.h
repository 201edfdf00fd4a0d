/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_owner.h - owners of host files as the guest sees them
 */
#ifndef HOSTFS_OWNER_H
#define HOSTFS_OWNER_H

#include <linux/types.h>

/* hostfs_owner_init - once, before the first mount. */
void hostfs_owner_init(void);

/* The guest's number for a number of the host. */
u32 hostfs_owner_map_uid(u32 host_uid);
u32 hostfs_owner_map_gid(u32 host_gid);

/* The reverse. -EPERM: no number of the host appears as this one in the guest. */
int hostfs_owner_unmap_uid(u32 uid, u32 *host_uid);
int hostfs_owner_unmap_gid(u32 gid, u32 *host_gid);

#endif /* HOSTFS_OWNER_H */
