/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_snapshot.h - umlab-disk snapshot, rollback; listed in umlab_disk.c
 */
#ifndef TOOL_SNAPSHOT_H
#define TOOL_SNAPSHOT_H

#include "base/verb.h"

extern const struct verb snapshot_verb, rollback_verb;

#endif /* TOOL_SNAPSHOT_H */
