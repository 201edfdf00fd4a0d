/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verb_groups.h - number the groups of verbs in the order of the help; umlab.c has their titles
 */
#ifndef VERB_GROUPS_H
#define VERB_GROUPS_H

#include "base/verb.h"

enum verb_group {
	GROUP_MACHINES = VERB_GROUP_HIDDEN + 1,
	GROUP_LABS,
	GROUP_NETWORKS,
	GROUP_SNAPSHOTS,
	GROUP_IMAGES,
	GROUP_CLASSES,
	GROUP_KERNELS,
	GROUP_OTHER,
};

#endif
