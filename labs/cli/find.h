/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find.h - the machine, image or lab that a user named, or the end of the command
 */
#ifndef FIND_H
#define FIND_H

#include "image/image.h"
#include "machine/machine.h"

/* machine_find() and image_find(); print their advice and exit when there is none. */
void find_machine(struct machine *machine, const char *word, const char *lab_dir);
void find_image(const char *name, struct image *image);
/* The id of the lab in @dir (NULL: the current folder), which must exist. */
char *find_lab_id(const char *dir);

#endif
