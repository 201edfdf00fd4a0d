/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * path.h - make and resolve the paths by which one layer refers to another
 */
#ifndef COW_PATH_H
#define COW_PATH_H

#include "io.h"

/*
 * cow_path_beside - resolve @name relative to the folder of the file @path. -ENAMETOOLONG if the
 * result does not fit.
 */
int cow_path_beside(const char *path, const char *name, char *result, size_t size);

/*
 * cow_path_record - make both spellings of @target for the header of the file @path. A spelling
 * that does not fit is empty; if neither fits, the call fails with -ENAMETOOLONG.
 */
int cow_path_record(const struct cow_io *io, const char *path, const char *target,
		    char relative[COW_PATH], char absolute[COW_PATH]);

/* cow_path_same_folder - set *@same to whether the files @a and @b are in one folder. */
int cow_path_same_folder(const struct cow_io *io, const char *a, const char *b, bool *same);

#endif /* COW_PATH_H */
