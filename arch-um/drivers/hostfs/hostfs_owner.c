// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_owner.c - map the owners of host files to those that the guest sees, and back
 *
 * The user and the group that run the machine appear as 0 in the guest, so guest root owns the
 * files that it creates. Every other number of the host appears unchanged. hostfs_inode.c calls
 * these functions in task context, for owners that the host reports, and for those that a guest
 * chown() asks for.
 */
#include "hostfs_owner.h"

#include <linux/errno.h>
#include <linux/init.h>
#include <um/host.h>

static u32 own_uid, own_gid;		/* of this process on the host */

void __init hostfs_owner_init(void)
{
	host_fs_owner(&own_uid, &own_gid);
}

u32 hostfs_owner_map_uid(u32 host_uid)
{
	return host_uid == own_uid ? 0 : host_uid;
}

u32 hostfs_owner_map_gid(u32 host_gid)
{
	return host_gid == own_gid ? 0 : host_gid;
}

/* @own appears as 0, so no owner on the host appears as @own: the guest cannot use it (-EPERM). */
static int unmap(u32 id, u32 own, u32 *host_id)
{
	if (id && id == own)
		return -EPERM;
	*host_id = id ? id : own;
	return 0;
}

int hostfs_owner_unmap_uid(u32 uid, u32 *host_uid)
{
	return unmap(uid, own_uid, host_uid);
}

int hostfs_owner_unmap_gid(u32 gid, u32 *host_gid)
{
	return unmap(gid, own_gid, host_gid);
}
