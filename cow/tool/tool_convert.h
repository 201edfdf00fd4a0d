/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_convert.h - umlab-disk convert; listed in umlab_disk.c
 */
#ifndef TOOL_CONVERT_H
#define TOOL_CONVERT_H

#include "base/verb.h"

extern const struct verb convert_verb;

#endif /* TOOL_CONVERT_H */
