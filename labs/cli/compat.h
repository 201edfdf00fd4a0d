/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - the commands of Netkit and Kathará, by their own names
 */
#ifndef COMPAT_H
#define COMPAT_H

/*
 * argv[0] is the command, "lstart" or "vstart" or "kathara". Returns argv for umlab, with
 * its first word umlab itself, or NULL when the name is none of theirs.
 */
char **compat_arguments(int argc, char **argv, int *new_argc);

#endif
