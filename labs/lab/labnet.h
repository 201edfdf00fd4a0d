/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labnet.h - from the networks of a lab's description to interfaces and collision domains
 */
#ifndef LABNET_H
#define LABNET_H

#include "lab/labfile.h"
#include "machine/machine.h"

/* Adds the interfaces of a lab's machine, and the addresses of uplinks, to its settings. */
void labnet_describe(const struct lab *lab, const struct lab_machine *from,
		     struct machine *machine);

/*
 * Starts all collision domains of a lab, also those that `lconfig` added; those that run stay.
 * 0, or -errno with a reason.
 */
int labnet_start(const struct lab *lab, char **reason);
/* Ends the collision domains of a lab whose machines have all ended. @id: see lab_id(). */
void labnet_stop(const char *id);
/* Notes a domain that the lab's description does not have, so that labnet_stop() ends it too. */
int labnet_domain_note(const char *id, const char *domain);

#endif
