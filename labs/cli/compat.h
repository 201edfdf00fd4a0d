/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - translate the commands of Netkit and Kathará into calls of umlab
 */
#ifndef COMPAT_H
#define COMPAT_H

/*
 * If argv[0] names such a command ("lstart", "vstart", "kathara", ...), translates the call into a
 * call of umlab. Returns the new argv and *new_argc, or NULL if argv[0] is another name.
 */
char **compat_arguments(int argc, char **argv, int *new_argc);

#endif
