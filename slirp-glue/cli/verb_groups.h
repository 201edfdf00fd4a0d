/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verb_groups.h - the groups of verbs in the help of umlab-net; titles are in umlab_net.c
 */
#ifndef VERB_GROUPS_H
#define VERB_GROUPS_H

enum {
	GROUP_RUN = 1,
	GROUP_LOOK,
	GROUP_CHANGE,
	GROUP_OTHER,
};

#endif /* VERB_GROUPS_H */
