/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic.h - the network interfaces of a machine, as lines "nic=" of its machine.conf
 *
 * A line is what the kernel gets as its option ethN=:
 *   eth0=switch:PATH,port=3,mac=02:...   a port of the switch at PATH (domain.h)
 *   eth1=slirp,forward=tcp:8080-80       an uplink to the internet
 */
#ifndef NIC_H
#define NIC_H

#include "machine/machine.h"

/* The line of ethN, or NULL. */
const char *nic_find(const struct conf *conf, int index);
/* The path of the switch that a line names, and the port there; NULL: it names no switch. */
char *nic_switch(const char *nic, int *port);
/* The kernel's option for a line: an uplink also gets the limits of rate= from @conf. */
char *nic_kernel_option(const struct conf *conf, const char *nic);

/* The lowest port number of this switch above all that machines of this user have. */
int nic_port_free(const char *switch_path);

/*
 * Starts the switches that a machine's interfaces name, unless they run, and sets the limits
 * of rate= there. Call it before the machine starts. 0, or -errno with a reason.
 */
int nic_switches_start(const struct machine *machine, char **reason);
/* Sets the limits alone; prints a warning for each interface where that fails. */
void nic_limits_apply(const struct machine *machine);

#endif
