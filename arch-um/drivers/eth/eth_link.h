/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_link.h - the connection of an interface to its other end on the host
 */
#ifndef ETH_LINK_H
#define ETH_LINK_H

#include <linux/types.h>

struct eth_device;
struct wire_head;

/*
 * Task context:
 * eth_link_init - once for each interface. When a connection ends, @unsent_drop(@eth) drops
 *	the frames that it did not take; softirqs are off then.
 * eth_link_start - the interface goes up: connect, and connect again after each loss.
 * eth_link_stop - the interface goes down: disconnect.
 * eth_link_cut - cut the cable on our side, or repair it.
 */
void eth_link_init(struct eth_device *eth, void (*unsent_drop)(struct eth_device *eth));
void eth_link_start(struct eth_device *eth);
void eth_link_stop(struct eth_device *eth);
void eth_link_cut(struct eth_device *eth, bool cut);

/*
 * Softirqs off:
 * eth_link_lost - the other end has gone, or does not follow the protocol.
 * eth_link_message - a message that is not a frame, with the @size bytes of its @body.
 * eth_link_block - the host takes no more frames: stop the queue until there is room.
 * eth_link_unblock - the host has taken all that waited.
 */
void eth_link_lost(struct eth_device *eth);
void eth_link_message(struct eth_device *eth, const struct wire_head *head, const void *body,
		      size_t size);
void eth_link_block(struct eth_device *eth);
void eth_link_unblock(struct eth_device *eth);

#endif /* ETH_LINK_H */
