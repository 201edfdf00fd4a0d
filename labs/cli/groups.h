/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * groups.h - groups of verbs in the help, in this order; umlab.c has their titles
 */
#ifndef GROUPS_H
#define GROUPS_H

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
