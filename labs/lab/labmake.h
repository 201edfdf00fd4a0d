/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labmake.h - make machines from a lab's description, and start and stop them together
 */
#ifndef LABMAKE_H
#define LABMAKE_H

#include "base/tell.h"
#include "lab/labfile.h"
#include "lab/labmounts.h"
#include "machine/machine.h"

struct labmake_options {
	struct words only, except;	/* names of machines to start (empty: all) and to skip */
	struct labmounts_options mounts;
	bool force;			/* start even if memory is short */
	bool no_wait;			/* return once the kernels run */
	int jobs;			/* how many boot at a time; 0: twice the processors */
	bool exam;			/* the keepers record everything that happens */
	uint64_t lab_memory;		/* bytes, all machines together; 0: no limit */
	double lab_cpus;		/* processors that all machines share; 0: no limit */
	double timeout;			/* seconds, for the whole lab */
	struct words settings;		/* KEY=VALUE for every machine, as in lab.conf */
};

/* Describes a machine of the lab in *@machine; writes no file. 0, or -errno with a reason. */
int labmake_describe(const struct lab *lab, const struct lab_machine *from,
		     const struct labmake_options *options, struct machine *machine, char **reason);
/* Starts the machines that @options choose. Shows progress, then a summary or errors. */
enum status labmake_start(const struct lab *lab, const struct labmake_options *options);
/* Stops machines, or kills them if @at_once, and waits at most @timeout seconds for all. */
enum status labmake_stop(const struct machines *machines, bool at_once, double timeout);

#endif
