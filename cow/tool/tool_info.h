/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_info.h - umlab-disk info, map; listed in umlab_disk.c
 */
#ifndef TOOL_INFO_H
#define TOOL_INFO_H

#include "base/verb.h"

extern const struct verb info_verb, map_verb;

#endif /* TOOL_INFO_H */
