/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * where.h - find the user's folders, and files that were installed with the command
 */
#ifndef WHERE_H
#define WHERE_H

#include "base/conf.h"

/*
 * The first four functions return the paths of the user's folders, below $UMLAB_HOME or the XDG
 * folders. Before writing to these folders, call where_folders_make(), which makes them and checks
 * that they belong to the user. 0, or -errno with a reason.
 */
const char *where_state(void);		/* machines and labs */
const char *where_images(void);		/* the user's own images */
const char *where_cache(void);		/* files that can be fetched or made again */
const char *where_runtime(void);	/* sockets and files of running machines; a short path */
int where_folders_make(char **reason);

/*
 * Returns the folder where root builds images for all users, /var/cache/umlab/images. NULL: the
 * user is not root, or $UMLAB_HOME is set.
 */
const char *where_shared(void);

/* Adds all folders with images, the user's own first. */
void where_image_folders(struct words *folders);

const char *where_kernel(void);		/* path of the kernel, which may be missing */
const char *where_tool(const char *name);	/* path of umlab-disk, umlab-net; NULL: missing */
char *where_lib(const char *name);	/* a file that came with the command */
const char *where_self(void);		/* the command's own path */

/* Looks for a setting in $UMLAB_NAME, the user's umlab.conf and the site's. NULL: not set. */
const char *where_setting(const char *name);

#endif
