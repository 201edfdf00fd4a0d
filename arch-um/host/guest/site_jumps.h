/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * site_jumps.h - the window with the jump table of patched system call sites
 *
 * The calls that kernel code makes (host_site*, host_space_site*) are declared in um/host.h.
 */
#ifndef UM_HOST_SITE_JUMPS_H
#define UM_HOST_SITE_JUMPS_H

/* host_sites_init - fill in what every site needs, in the stub file; -errno. Once per stub file. */
int host_sites_init(void);

#endif /* UM_HOST_SITE_JUMPS_H */
