/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_rebase.h - umlab-disk rebase; listed in umlab_disk.c
 */
#ifndef TOOL_REBASE_H
#define TOOL_REBASE_H

#include "base/verb.h"

extern const struct verb rebase_verb;

#endif /* TOOL_REBASE_H */
