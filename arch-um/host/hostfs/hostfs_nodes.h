/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_nodes.h - the directories and files that the hostfs server holds open
 */
#ifndef UM_HOSTFS_NODES_H
#define UM_HOSTFS_NODES_H

#include <linux/stat.h>
#include <um/types.h>

enum hostfs_node_kind {
	HOSTFS_NODE_FREE,
	HOSTFS_NODE_DIR,		/* O_PATH; names are looked up in it */
	HOSTFS_NODE_LIST,		/* open for reading the entries */
	HOSTFS_NODE_FILE,		/* a file that has no name, or soon will have none */
};

struct hostfs_node {
	enum hostfs_node_kind kind;
	int fd;
	uint64_t dev;			/* the host file system, as struct host_stat has it */
	bool read_only;
};

/* hostfs_dev - return the host file system in the form of struct host_stat. */
static inline uint64_t hostfs_dev(const struct statx *stx)
{
	return (uint64_t)stx->stx_dev_major << 32 | stx->stx_dev_minor;
}

/* hostfs_nodes_roots - make the open roots the nodes 0, 1 ... */
void hostfs_nodes_roots(void);

/* hostfs_node_add - store @fd and return the number of its node, or close @fd: -EMFILE. */
int hostfs_node_add(enum hostfs_node_kind kind, int fd, uint64_t dev, bool read_only);

/* hostfs_node_find - return the node @number, or NULL: there is none, or of another kind. */
struct hostfs_node *hostfs_node_find(int number, enum hostfs_node_kind kind);

/* hostfs_node_close - close the node @number unless it is a root. Any number may be given. */
void hostfs_node_close(int number);

/* hostfs_nodes_close - close all nodes but the roots. */
void hostfs_nodes_close(void);

#endif /* UM_HOSTFS_NODES_H */
