/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labdir.h - the ids of labs, and notes about labs in the state folder
 */
#ifndef LABDIR_H
#define LABDIR_H

#include "base/conf.h"

/* Stable for a folder: part of its name, and a hash of its real path. Never fails. */
char *lab_id(const char *dir);
/* state/labs/ID */
char *lab_state_dir(const char *id);
/* Its notes: dir=, name=, and a domain= for each one that `lconfig` made. 0 or -errno. */
int lab_state_read(const char *id, struct conf *conf);
int lab_state_write(const char *id, const char *dir, const char *name);
/* Removes the notes of a lab, if it has no machine any more. */
void lab_state_prune(const char *id);
/* Adds the ids of all labs with machines, sorted. */
void lab_state_list(struct words *ids);

#endif
