/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labnet.h - make interfaces and collision domains from a lab's description
 */
#ifndef LABNET_H
#define LABNET_H

#include "lab/labfile.h"
#include "machine/machine.h"

/* Adds the interfaces of the machine @from, and addresses for uplinks, to @machine's settings. */
void labnet_describe(const struct lab *lab, const struct lab_machine *from,
		     struct machine *machine);

/*
 * Starts all collision domains of a lab that do not run yet, including those that `lconfig` added.
 * 0, or -errno with a reason.
 */
int labnet_start(const struct lab *lab, char **reason);
/* Stops the collision domains of the lab @id (lab_id()), whose machines must all have ended. */
void labnet_stop(const char *id);
/* Notes a domain that the lab's description lacks, so that labnet_stop() stops it. 0 or -errno. */
int labnet_domain_note(const char *id, const char *domain);

#endif
