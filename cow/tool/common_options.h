/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common_options.h - define options for several verbs of umlab-disk, and the groups of verbs
 *
 * The options are macros, because each verb's list of options is a static initializer.
 */
#ifndef TOOL_COMMON_OPTIONS_H
#define TOOL_COMMON_OPTIONS_H

#include "base/verb.h"

/* Groups in the list of all verbs; umlab_disk.c has their titles. */
enum disk_group {
	GROUP_INSPECT = VERB_GROUP_HIDDEN + 1,
	GROUP_CHANGE,
	GROUP_TRANSFER,
	GROUP_OTHER,
};

#define OPTION_BASE { \
	.letter = 'b', .name = "base", .value = "BASE", .kind = "file", \
	.help = "Use BASE as the layer below instead of the recorded one" }
#define OPTION_RAW { \
	.letter = 'r', .name = "raw", \
	.help = "Treat the disk as raw even if it starts like an overlay" }
#define OPTION_JSON { \
	.letter = 'j', .name = "json", .help = "Print JSON" }
#define OPTION_OUTPUT(text) { \
	.letter = 'o', .name = "output", .value = "OUT", .kind = "file", .help = text }
#define OPTION_CLUSTER { \
	.letter = 'c', .name = "cluster", .value = "SIZE", \
	.kind = "=4K|=8K|=16K|=32K|=64K", .help = "Set the cluster size of the new layer", \
	.range = "4K, 8K, 16K, 32K, 64K", .preset = "4K, or more for disks over 4 TiB" }

#endif /* TOOL_COMMON_OPTIONS_H */
