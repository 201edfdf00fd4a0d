/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth.h - add, find and remove network interfaces of the machine
 */
#ifndef ETH_H
#define ETH_H

struct eth_device;

/*
 * Called in task context, by one caller at a time: the initcall, then the control socket's work.
 * eth_get - return the interface with this number, or NULL.
 * eth_add - add the interface that @value describes (eth_option.c). Returns 0, or -errno with the
 *	reason in *@why.
 * eth_remove - remove the interface, and wait until nothing in the guest uses it any more.
 */
struct eth_device *eth_get(unsigned int index);
int eth_add(unsigned int index, const char *value, const char **why);
void eth_remove(struct eth_device *eth);

#endif /* ETH_H */
