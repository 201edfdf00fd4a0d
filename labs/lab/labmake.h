/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labmake.h - from a lab's description to its machines, and their start together
 */
#ifndef LABMAKE_H
#define LABMAKE_H

#include "lab/labfile.h"
#include "machine/machine.h"
#include "base/tell.h"

struct labmake_options {
	struct words only, except;	/* names; empty: all, none */
	bool hosthome;			/* the home folder as /hosthome */
	bool no_shared;			/* no /shared */
	bool force;			/* also with too little memory */
	bool no_wait;
	int jobs;			/* machines that boot at the same time; 0: as many as pays */
	bool exam;			/* the keepers record all that happens */
	uint64_t lab_memory;		/* all machines together; 0: no limit */
	double lab_cpus;		/* processors that they share; 0: no limit */
	double timeout;
	struct words settings;		/* KEY=VALUE for every machine, as in lab.conf */
};

/* The machine of a lab's line, as it would be made. 0, or -errno with a reason. */
int labmake_describe(const struct lab *lab, const struct lab_machine *from, const struct labmake_options *options,
		     struct machine *machine, char **reason);
/* Starts what is chosen, shows a table meanwhile and a summary at the end. */
enum status labmake_start(const struct lab *lab, const struct labmake_options *options);
/* Ends machines together: in order, or at once; waits until all are gone. */
enum status labmake_stop(const struct machines *machines, bool at_once, double timeout);

#endif
