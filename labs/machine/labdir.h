/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labdir.h - which lab a folder is, and what is kept about labs
 */
#ifndef LABDIR_H
#define LABDIR_H

#include "base/conf.h"

/* Stable for a folder: part of its name, and a hash of its real path. Never fails. */
char *lab_id(const char *dir);
/* state/labs/ID */
char *lab_state_dir(const char *id);
/* What is noted of it: dir=, name=, domain=... (those that `lconfig` made). */
int lab_state_read(const char *id, struct conf *conf);
int lab_state_write(const char *id, const char *dir, const char *name);
/* Removes what is kept about a lab that has no machine any more. */
void lab_state_prune(const char *id);
/* Ids of all labs with machines. */
void lab_state_list(struct words *ids);

#endif
