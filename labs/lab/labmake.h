/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labmake.h - from a lab's description to its machines, and their start and end together
 */
#ifndef LABMAKE_H
#define LABMAKE_H

#include "base/tell.h"
#include "lab/labfile.h"
#include "machine/machine.h"

struct labmake_options {
	struct words only, except;	/* names; empty: all, none */
	bool hosthome;			/* the home folder as /hosthome */
	bool no_shared;			/* no /shared */
	bool force;			/* also with too little memory */
	bool no_wait;			/* return once the kernels run */
	int jobs;			/* machines that boot at a time; 0: twice the processors */
	bool exam;			/* the keepers record everything that happens */
	uint64_t lab_memory;		/* bytes, all machines together; 0: no limit */
	double lab_cpus;		/* processors that they share; 0: no limit */
	double timeout;			/* seconds, for the whole lab */
	struct words settings;		/* KEY=VALUE for every machine, as in lab.conf */
};

/* Makes the machine of a lab's line, in memory only. 0, or -errno with a reason. */
int labmake_describe(const struct lab *lab, const struct lab_machine *from,
		     const struct labmake_options *options, struct machine *machine, char **reason);
/* Starts what is chosen; shows a table meanwhile, and a summary or errors at the end. */
enum status labmake_start(const struct lab *lab, const struct labmake_options *options);
/* Stops machines, or kills them (@at_once), and waits at most @timeout seconds for all. */
enum status labmake_stop(const struct machines *machines, bool at_once, double timeout);

#endif
