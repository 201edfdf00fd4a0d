/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * beside.h - read and write the small files beside a base: its identity, and the note of a commit
 */
#ifndef COW_BESIDE_H
#define COW_BESIDE_H

#include "layer.h"

/*
 * cow_beside_read - read all @size bytes of the file beside @layer whose name ends in @suffix.
 * -ENOENT if the file does not exist, or if the path of @layer is a symbolic link.
 */
int cow_beside_read(const struct cow_layer *layer, const char *suffix, void *to, size_t size);
/* cow_beside_write - write or replace this file. */
int cow_beside_write(const struct cow_layer *layer, const char *suffix, const void *from,
		     size_t size, struct cow_error *error);
/* cow_beside_remove - remove this file, if it exists. */
void cow_beside_remove(const struct cow_layer *layer, const char *suffix);

#endif /* COW_BESIDE_H */
