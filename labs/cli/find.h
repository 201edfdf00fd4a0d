/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find.h - find the machine, image or lab that the user named, or end the program
 */
#ifndef FIND_H
#define FIND_H

#include "image/image.h"
#include "lab/labfile.h"
#include "machine/machine.h"

/* Call machine_find() and image_find(). If nothing is found, print the reason and exit. */
void find_machine(struct machine *machine, const char *word, const char *lab_dir);
void find_image(const char *name, struct image *image);
/* Returns the id of the lab in the folder @dir, which must exist (NULL: the current folder). */
char *find_lab_id(const char *dir);
/* Reads the lab in @dir (NULL: the current folder); @folders: every folder is a machine. */
void find_lab(struct lab *lab, const char *dir, bool folders);

#endif
