/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_link.h - connect an interface to its other end on the host
 */
#ifndef ETH_LINK_H
#define ETH_LINK_H

#include <linux/types.h>

struct eth_device;
struct wire_head;

/*
 * Called in task context:
 * eth_link_init - set up the link, once for each interface. When a connection ends,
 *	@unsent_drop(@eth) is called with softirqs off, to drop unsent frames.
 * eth_link_start - connect when the interface goes up, and connect again after each loss.
 * eth_link_stop - disconnect when the interface goes down.
 * eth_link_cut - cut the cable on this side, or repair it.
 */
void eth_link_init(struct eth_device *eth, void (*unsent_drop)(struct eth_device *eth));
void eth_link_start(struct eth_device *eth);
void eth_link_stop(struct eth_device *eth);
void eth_link_cut(struct eth_device *eth, bool cut);

/*
 * Called with softirqs off:
 * eth_link_lost - give up the connection: the other end has gone or does not follow the protocol.
 * eth_link_message - handle a message that is not a frame. Its @body has @size bytes.
 * eth_link_block - stop the queue until the host, which takes no more frames, has room again.
 * eth_link_unblock - start the queue again: the host has taken all waiting frames.
 */
void eth_link_lost(struct eth_device *eth);
void eth_link_message(struct eth_device *eth, const struct wire_head *head, const void *body,
		      size_t size);
void eth_link_block(struct eth_device *eth);
void eth_link_unblock(struct eth_device *eth);

#endif /* ETH_LINK_H */
