/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - the commands of Netkit and Kathará under their own names
 */
#ifndef COMPAT_H
#define COMPAT_H

/*
 * Translates a call under such a name (argv[0] is "lstart", "vstart", "kathara", ...) to a call
 * of umlab. Returns the new argv, or NULL if argv[0] is no such name.
 */
char **compat_arguments(int argc, char **argv, int *new_argc);

#endif
