/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_compare.h - umlab-disk compare, diff; listed in umlab_disk.c
 */
#ifndef TOOL_COMPARE_H
#define TOOL_COMPARE_H

#include "base/verb.h"

extern const struct verb compare_verb, diff_verb;

#endif /* TOOL_COMPARE_H */
