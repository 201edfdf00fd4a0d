/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * site_jumps.h - set up the window with the jump table of patched system call sites
 *
 * The calls that kernel code makes (host_site*, host_space_site*) are declared in um/host.h.
 */
#ifndef UM_HOST_SITE_JUMPS_H
#define UM_HOST_SITE_JUMPS_H

/*
 * host_sites_init - prepare the window in the stub file. Called once for each stub file. 0 or
 * -errno.
 */
int host_sites_init(void);

#endif /* UM_HOST_SITE_JUMPS_H */
