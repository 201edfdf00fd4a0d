/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_flatten.h - umlab-disk flatten; listed in umlab_disk.c
 */
#ifndef TOOL_FLATTEN_H
#define TOOL_FLATTEN_H

#include "base/verb.h"

extern const struct verb flatten_verb;

#endif /* TOOL_FLATTEN_H */
