/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_commit.h - umlab-disk commit; listed in umlab_disk.c
 */
#ifndef TOOL_COMMIT_H
#define TOOL_COMMIT_H

#include "base/verb.h"

extern const struct verb commit_verb;

#endif /* TOOL_COMMIT_H */
