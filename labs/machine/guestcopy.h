/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guestcopy.h - copy files and folders into and out of a guest
 */
#ifndef GUESTCOPY_H
#define GUESTCOPY_H

#include "machine/machine.h"

/*
 * Copy @from to @to, of which one is a path in the guest: into @to if that is a folder, or else to
 * that name, which may be a file that is replaced. 0; or -errno after printing what is wrong.
 */
int guestcopy_in(const struct machine *machine, const char *from, const char *to);
int guestcopy_out(const struct machine *machine, const char *from, const char *to);

#endif
