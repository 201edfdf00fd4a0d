// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_nodes.c - keep the directories and files that the hostfs server holds open
 *
 * The kernel process names them by number. A number that it invents stands for no node, or for a
 * node that it could have opened itself: all nodes lie below the roots. Called by the server only.
 */
#include "hostfs/hostfs_nodes.h"
#include <um/host.h>
#include "hostfs/hostfs_roots.h"
#include "libk.h"
#include "lx/lx_file.h"

enum {
	NODES_MAX = 16384,
};

static struct hostfs_node nodes[NODES_MAX];
static int nr_roots, lowest_free;

void hostfs_nodes_roots(void)
{
	struct statx stx = {};

	for (nr_roots = 0; nr_roots < (int)hostfs_nr_roots_open; nr_roots++) {
		struct hostfs_node *node = &nodes[nr_roots];

		node->kind = HOSTFS_NODE_DIR;
		node->fd = hostfs_roots_open[nr_roots].fd;
		node->read_only = hostfs_roots_open[nr_roots].read_only;
		lx_statx(node->fd, "", AT_EMPTY_PATH, STATX_INO, &stx);
		node->dev = hostfs_dev(&stx);
	}
	lowest_free = nr_roots;
}

int hostfs_node_add(enum hostfs_node_kind kind, int fd, uint64_t dev, bool read_only)
{
	while (lowest_free < NODES_MAX && nodes[lowest_free].kind != HOSTFS_NODE_FREE)
		lowest_free++;
	if (lowest_free == NODES_MAX) {
		lx_close(fd);
		return -EMFILE;
	}
	nodes[lowest_free] = (struct hostfs_node) {
		.kind = kind, .fd = fd, .dev = dev, .read_only = read_only,
	};
	return lowest_free;
}

struct hostfs_node *hostfs_node_find(int number, enum hostfs_node_kind kind)
{
	if (number < 0 || number >= NODES_MAX || nodes[number].kind != kind)
		return NULL;
	return &nodes[number];
}

void hostfs_node_close(int number)
{
	if (number < nr_roots || number >= NODES_MAX || nodes[number].kind == HOSTFS_NODE_FREE)
		return;
	lx_close(nodes[number].fd);
	nodes[number].kind = HOSTFS_NODE_FREE;
	if (number < lowest_free)
		lowest_free = number;
}

void hostfs_nodes_close(void)
{
	int i;

	for (i = nr_roots; i < NODES_MAX; i++)
		hostfs_node_close(i);
}
