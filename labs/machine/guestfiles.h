/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guestfiles.h - prepare the scripts that run inside a guest, and their parameters
 */
#ifndef GUESTFILES_H
#define GUESTFILES_H

#include "machine/machine.h"

/* Writes params.sh and the scripts into @dir, which the guest can read. 0 or -errno. */
int guestfiles_write(const struct machine *machine, const char *dir);

#endif
