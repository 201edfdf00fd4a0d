/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.h - root file systems that machines are made from
 */
#ifndef IMAGE_H
#define IMAGE_H

#include "base/conf.h"

struct image {
	char *name;
	char *path;		/* NAME.img or, sealed, NAME@HASH.img or .layer */
	struct conf info;	/* NAME.info beside it: profile, description, mem, ... */
};

/* By name, by profile, or by a name of Kathará (kathara/base, kathara/frr, ...). -ENOENT with a reason. */
int image_find(const char *name, struct image *image, char **reason);
/* What machines get that name none. */
const char *image_default(void);
/* All images of all folders; of two with one name the first counts. Returns their number. */
int image_list(struct image **images);
/* The profile that another tool's image stands for, or NULL. */
const char *image_alias(const char *name);
/* Memory of a machine of this image, when nothing else is said: "256M". */
const char *image_memory(const struct image *image);
/* Says what a machine is made from: image, base, mem (unless it is there). */
void image_apply(const struct image *image, struct conf *conf);
/* For file_copy(): percents on a terminal. */
void image_copy_progress(uint64_t done, uint64_t total);

#endif
