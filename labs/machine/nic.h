/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic.h - handle a machine's network interfaces, the lines "nic=" of its machine.conf
 *
 * A line is the option ethN= of the kernel:
 *   eth0=switch:PATH,port=3,mac=02:...   a port of the switch at PATH (domain.h)
 *   eth1=slirp,forward=tcp:8080-80       an uplink to the internet
 */
#ifndef NIC_H
#define NIC_H

#include "machine/machine.h"

/* Returns the line of the interface eth0, eth1, ... with this index, or NULL. */
const char *nic_find(const struct conf *conf, int index);
/* Returns the path of the switch that a line names; *port gets the port. NULL: no switch. */
char *nic_switch(const char *nic, int *port);
/* Returns the kernel's option for a line. For an uplink, adds the limits of rate= from @conf. */
char *nic_kernel_option(const struct conf *conf, const char *nic);

/* Returns a port number of this switch above all ports that this user's machines have there. */
int nic_port_free(const char *switch_path);

/*
 * Starts the switches that a machine's interfaces name, unless they run, and sets the limits of
 * rate= in them. Call this before the machine starts. 0, or -errno with a reason.
 */
int nic_switches_start(const struct machine *machine, char **reason);
/* Sets only the limits of rate=. Prints a warning for each interface for which that fails. */
void nic_limits_apply(const struct machine *machine);

#endif
