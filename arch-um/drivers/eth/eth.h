/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth.h - the network interfaces of the machine: add, find and remove them
 */
#ifndef ETH_H
#define ETH_H

struct eth_device;

/*
 * Task context, one caller at a time: first the initcall, then the control socket's work.
 * eth_get - the interface of this number, or NULL.
 * eth_add - 0, or -errno and *@why says what is wrong. @value: see eth_option.c.
 * eth_remove - waits until nothing in the guest uses the interface any more.
 */
struct eth_device *eth_get(unsigned int index);
int eth_add(unsigned int index, const char *value, const char **why);
void eth_remove(struct eth_device *eth);

#endif /* ETH_H */
