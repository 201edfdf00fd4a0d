/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_owner.h - map the owners of host files to those that the guest sees, and back
 */
#ifndef HOSTFS_OWNER_H
#define HOSTFS_OWNER_H

#include <linux/types.h>

/* hostfs_owner_init - learn who runs the machine. Called once, before the first mount. */
void hostfs_owner_init(void);

/* hostfs_owner_map_uid, hostfs_owner_map_gid - return the guest's number for a host number. */
u32 hostfs_owner_map_uid(u32 host_uid);
u32 hostfs_owner_map_gid(u32 host_gid);

/*
 * hostfs_owner_unmap_uid, hostfs_owner_unmap_gid - find the host number that appears as this number
 * in the guest. 0, or -EPERM if there is none.
 */
int hostfs_owner_unmap_uid(u32 uid, u32 *host_uid);
int hostfs_owner_unmap_gid(u32 gid, u32 *host_gid);

#endif /* HOSTFS_OWNER_H */
