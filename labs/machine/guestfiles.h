/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guestfiles.h - the scripts that run inside a guest, and their parameters
 */
#ifndef GUESTFILES_H
#define GUESTFILES_H

#include "machine/machine.h"

/* Fills the folder that the guest reads: params.sh and the scripts. 0 or -errno. */
int guestfiles_write(const struct machine *machine, const char *dir);

#endif
