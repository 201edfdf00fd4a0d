/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_snapshot.h - declare the table entries of umlab snapshot ..., export and import
 */
#ifndef VERBS_SNAPSHOT_H
#define VERBS_SNAPSHOT_H

#include "base/verb.h"

extern const struct verb export_verb, import_verb, snapshot_save_verb, snapshot_list_verb,
	snapshot_restore_verb, snapshot_pop_verb, snapshot_delete_verb;

#endif
