/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.h - find and list images: root file systems from which machines are made
 */
#ifndef IMAGE_H
#define IMAGE_H

#include "base/conf.h"

struct image {
	char *name;
	char *path;		/* NAME.img; of a published image: NAME@HASH.img or .layer */
	struct conf info;	/* from NAME.info: profile, description, mem, ... */
};

/*
 * Finds an image by its name, by a profile, or by a Kathará name such as kathara/base. If no image
 * fits and there is a recipe with this name, builds the image. 0, or -ENOENT or -EIO with a reason.
 */
int image_find(const char *name, struct image *image, char **reason);
/* Returns the name of the image for machines that name none. */
const char *image_default(void);
/*
 * Lists all images, sorted by name, and returns their number. If several folders have an image with
 * the same name, takes the image from the first folder.
 */
int image_list(struct image **images);
/* Returns the profile that replaces an image of another tool, or NULL. */
const char *image_alias(const char *name);
/* Returns the default memory of this image's machines, such as "256M". */
const char *image_memory(const struct image *image);
/* Sets image=, base= and init= in a machine's settings, and mem= if that is missing. */
void image_apply(const struct image *image, struct conf *conf);
/* Shows the progress of file_copy() as a percentage on a terminal. */
void image_copy_progress(uint64_t done, uint64_t total);

#endif
