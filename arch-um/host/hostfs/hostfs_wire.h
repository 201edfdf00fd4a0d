/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_wire.h - the messages between the kernel process and the hostfs server
 *
 * Each request is one message of a SOCK_SEQPACKET socket: struct hostfs_request and data_size bytes
 * of data. The answer is one message: struct hostfs_reply and data_size bytes of data. The answer
 * to HOSTFS_OPEN and HOSTFS_UNNAMED also carries a descriptor. The kernel process waits for each
 * answer before its next request. HOSTFS_CLOSE has no answer.
 *
 * The server takes every byte of a request for hostile (hostfs_request_good()).
 */
#ifndef UM_HOSTFS_WIRE_H
#define UM_HOSTFS_WIRE_H

#include <um/host.h>

enum hostfs_op {
	HOSTFS_HELLO,		/* after a start: close all nodes but the roots */
	HOSTFS_ROOT,		/* data: name -> result: node, flags */
	HOSTFS_WALK,		/* node, data: path below it -> result: node, stat */
	HOSTFS_OPEN,		/* node, name, flags, mode -> descriptor, stat */
	HOSTFS_UNNAMED,		/* node, mode -> descriptor, stat, result: node */
	HOSTFS_HOLD,		/* node, name -> result: node, stat */
	HOSTFS_LIST,		/* node -> result: node for HOSTFS_READDIR */
	HOSTFS_READDIR,		/* node, position, size -> data */
	HOSTFS_STAT,		/* node, name -> stat */
	HOSTFS_STATFS,		/* node -> data: struct host_statfs */
	HOSTFS_SYNC,		/* node, flags: 1 for the whole file system */
	HOSTFS_MAKE,		/* node, name, mode */
	HOSTFS_SYMLINK,		/* node, name, data: target */
	HOSTFS_LINK,		/* node, name, to_node, to_name */
	HOSTFS_REMOVE,		/* node, name, flags: 1 for a directory */
	HOSTFS_RENAME,		/* node, name, to_node, to_name, flags: RENAME_* */
	HOSTFS_READLINK,	/* node, name, size -> data */
	HOSTFS_CHANGE,		/* node, name, change */
	HOSTFS_XATTR_GET,	/* node, name, to_name: attribute, size -> result: size, data */
	HOSTFS_XATTR_LIST,	/* node, name, size -> result: size, data */
	HOSTFS_XATTR_SET,	/* node, name, to_name, flags: XATTR_*, data */
	HOSTFS_XATTR_REMOVE,	/* node, name, to_name */
	HOSTFS_CLOSE,		/* only closes[] */
	HOSTFS_NR_OPS
};

enum {
	HOSTFS_NAME_SIZE = 256,		/* one component and its zero */
	HOSTFS_DATA_SIZE = 65536,	/* largest value of an attribute */
	HOSTFS_CLOSES = 8,
	HOSTFS_PATH_SIZE = 4096,
	HOSTFS_ROOT_READ_ONLY = 1,	/* flag in the answer to HOSTFS_ROOT */
};

struct hostfs_request {
	uint32_t op;			/* enum hostfs_op */
	uint32_t flags;
	int32_t node, to_node;
	uint32_t mode;
	uint32_t size;			/* room for the data of the answer */
	uint32_t data_size;
	uint32_t nr_closes;		/* these nodes are closed before the operation */
	int32_t closes[HOSTFS_CLOSES];
	int64_t position;
	struct host_change change;
	char name[HOSTFS_NAME_SIZE], to_name[HOSTFS_NAME_SIZE];
};

struct hostfs_reply {
	int64_t result;			/* >= 0, or -errno */
	uint32_t flags;
	uint32_t data_size;
	struct host_stat stat;
};

#endif /* UM_HOSTFS_WIRE_H */
