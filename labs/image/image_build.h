/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image_build.h - build images from recipes
 */
#ifndef IMAGE_BUILD_H
#define IMAGE_BUILD_H

/* Returns the path of a recipe, given its name ("base") or its path; NULL: no such recipe. */
char *image_recipe(const char *name);
/* Returns the name of @recipe's image for @suite (NULL: Debian 12): base, base-trixie. */
char *image_build_name(const char *recipe, const char *suite);
/*
 * Builds the image @name from the file @recipe, or brings it up to date. Takes minutes and shows
 * its progress. 0, or -errno with a reason.
 */
int image_build(const char *recipe, const char *name, const char *suite, char **reason);
/* Returns the path NAME.@ending that image_build() uses for the image @name. */
char *image_build_path(const char *name, const char *ending);
/* Removes the downloads and unfinished steps that the build of the image @name left behind. */
void image_build_forget(const char *name);

#endif
