/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labmounts.h - decide which folders of the host a lab's machines may reach
 */
#ifndef LABMOUNTS_H
#define LABMOUNTS_H

#include "lab/labfile.h"
#include "machine/machine.h"

struct labmounts_options {
	bool hosthome;			/* mount the user's home folder as /hosthome */
	bool no_shared;			/* do not mount /shared */
	bool volumes;			/* the user accepts every folder that the lab names */
};

/*
 * Adds the folders of machine @from to the description @conf. Makes LAB/.out/MACHINE if the lab can
 * be written. 0, or -errno with a reason: a folder must not be mounted.
 */
int labmounts_describe(const struct lab *lab, const struct lab_machine *from,
		       const struct labmounts_options *options, struct conf *conf, char **reason);

/* Checks the folders of all machines of a lab together. 0, or -EXDEV with a reason. */
int labmounts_check(const struct machine *machines, int nr, char **reason);

/* Can a guest of @lab write the file @path, which must exist? */
bool labmounts_guest_writes(const struct lab *lab, const char *path);

#endif
