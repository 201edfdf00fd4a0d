/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.h - images: root file systems that machines are made from
 */
#ifndef IMAGE_H
#define IMAGE_H

#include "base/conf.h"

struct image {
	char *name;
	char *path;		/* NAME.img; of a published one NAME@HASH.img or .layer */
	struct conf info;	/* NAME.info beside it: profile, description, mem, ... */
};

/*
 * Finds an image by its name, by a profile, or by a name of Kathará such as kathara/base. Builds
 * it if there is no image that could serve, but a recipe of that name. 0, or -ENOENT or -EIO
 * with a reason.
 */
int image_find(const char *name, struct image *image, char **reason);
/* The name of the image for machines that name none. */
const char *image_default(void);
/* All images, sorted. Of two with the same name only the first counts. Returns their number. */
int image_list(struct image **images);
/* The profile that replaces an image of another tool, or NULL. */
const char *image_alias(const char *name);
/* The default memory of machines of this image, like "256M". */
const char *image_memory(const struct image *image);
/* Sets image=, base= and init= of a machine's settings, and mem= if that is missing. */
void image_apply(const struct image *image, struct conf *conf);
/* For file_copy(): shows percents on a terminal. */
void image_copy_progress(uint64_t done, uint64_t total);

#endif
