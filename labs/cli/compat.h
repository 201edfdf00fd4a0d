/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - translate the commands of Netkit and Kathará to calls of umlab
 */
#ifndef COMPAT_H
#define COMPAT_H

/*
 * Translates a call with the name of such a command in argv[0] ("lstart", "vstart", "kathara", ...)
 * to a call of umlab. Returns the new argv, or NULL if argv[0] is another name.
 */
char **compat_arguments(int argc, char **argv, int *new_argc);

#endif
