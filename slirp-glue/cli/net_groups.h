/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_groups.h - list the groups of verbs in the help of umlab-net; titles are in umlab_net.c
 */
#ifndef NET_GROUPS_H
#define NET_GROUPS_H

enum {
	GROUP_RUN = 1,
	GROUP_LOOK,
	GROUP_CHANGE,
	GROUP_OTHER,
};

#endif /* NET_GROUPS_H */
