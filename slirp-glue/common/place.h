/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place.h - find or make the folders of running switches and uplinks
 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <stddef.h>

enum { PLACE_SIZE = 100 };		/* bytes of a path */

/*
 * Finds the folder that contains the folders of switches and uplinks with a plain name:
 * $XDG_RUNTIME_DIR/umlab/net, or /tmp/umlab-net-UID. Makes it if @make. Returns 0 or -errno;
 * -EPERM if the folder belongs to another user or others may write in it.
 */
int place_base(char *path, size_t size, bool make);

/*
 * Finds the folder of the switch or uplink @name, as place_base() does. A name with a slash is the
 * path of the folder.
 */
int place_find(const char *name, char *path, size_t size, bool make);

#endif /* PLACE_H */
