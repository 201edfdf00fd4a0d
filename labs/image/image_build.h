/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image_build.h - build images from recipes
 */
#ifndef IMAGE_BUILD_H
#define IMAGE_BUILD_H

/* The file of a recipe, by its name ("base") or its path; NULL if there is none. */
char *image_recipe(const char *name);
/* The name of the image that @recipe gives for @suite (NULL: Debian 12): base, base-trixie. */
char *image_build_name(const char *recipe, const char *suite);
/*
 * Builds the image @name from the file @recipe, or brings it up to date. Takes minutes and shows
 * its progress. 0, or -errno with a reason.
 */
int image_build(const char *recipe, const char *name, const char *suite, char **reason);
/* The file of the image @name that image_build() makes. */
char *image_build_path(const char *name, const char *ending);
/* Removes the downloads and unfinished steps of the image @name. */
void image_build_forget(const char *name);

#endif
