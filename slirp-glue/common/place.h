/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place.h - where running switches and uplinks have their folders
 */
#ifndef PLACE_H
#define PLACE_H

#include <stddef.h>

enum { PLACE_SIZE = 100 };

/*
 * place_base - the folder that holds those without a path of their own:
 * $XDG_RUNTIME_DIR/umlab/net, or /tmp/umlab-net-UID. Made if @make. -errno, -EPERM if it
 * belongs to somebody else.
 */
int place_base(char *path, size_t size, int make);

/* place_find - the folder of a name, or the name itself if it has a slash. */
int place_find(const char *name, char *path, size_t size, int make);

#endif /* PLACE_H */
