/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * where.h - where things are: the user's folders, and what was installed with the command
 */
#ifndef WHERE_H
#define WHERE_H

#include "base/conf.h"

/*
 * The user's folders: below $UMLAB_HOME, or the XDG folders. These only name them;
 * where_folders_make() makes them and checks that they are the user's own. Call that before
 * anything is written there. 0, or -errno with a reason.
 */
const char *where_state(void);		/* machines and labs */
const char *where_images(void);		/* the user's own images */
const char *where_cache(void);		/* what can be fetched or made again */
const char *where_runtime(void);	/* sockets and what lives as long as a machine; short */
int where_folders_make(char **reason);

/* Where root builds images for all users: /var/cache/umlab/images. NULL for an ordinary user. */
const char *where_shared(void);

/* All folders with images, the user's own first. */
void where_image_folders(struct words *folders);

const char *where_kernel(void);		/* where the kernel is or, if not installed, should be */
const char *where_tool(const char *name);	/* path of umlab-disk, umlab-net; NULL: missing */
char *where_lib(const char *name);	/* a file that came with the command */
const char *where_self(void);		/* the command's own path */

/* A setting: environment UMLAB_NAME, then the user's umlab.conf, then the site's; or NULL. */
const char *where_setting(const char *name);

#endif
