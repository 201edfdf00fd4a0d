/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labdir.h - make the ids of labs, and keep notes about labs in the state folder
 */
#ifndef LABDIR_H
#define LABDIR_H

#include "base/conf.h"

/* Returns the id of the lab in @dir: part of the folder's name and a hash of its path. */
char *lab_id(const char *dir);
/* Returns the lab's folder in the state folder, labs/ID. */
char *lab_state_dir(const char *id);
/* Reads a lab's notes: dir=, name=, and domain= for each domain from `lconfig`. 0 or -errno. */
int lab_state_read(const char *id, struct conf *conf);
/* Notes the folder and the name of a lab. 0 or -errno. */
int lab_state_write(const char *id, const char *dir, const char *name);
/* Removes the notes of a lab if the lab has no machines any more. */
void lab_state_prune(const char *id);
/* Adds the ids of all labs with machines, sorted. */
void lab_state_list(struct words *ids);

#endif
