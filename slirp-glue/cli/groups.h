/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * groups.h - the groups of verbs in the help of umlab-net; titles are in umlab_net.c
 */
#ifndef GROUPS_H
#define GROUPS_H

enum {
	GROUP_RUN = 1,
	GROUP_LOOK,
	GROUP_CHANGE,
	GROUP_OTHER,
};

#endif /* GROUPS_H */
