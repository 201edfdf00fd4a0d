/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_frames.h - move frames between the network core and a host socket that has messages
 */
#ifndef ETH_FRAMES_H
#define ETH_FRAMES_H

#include <linux/types.h>

struct eth_device;
struct sk_buff;

/* eth_frames_init - allocate what the functions below need. 0 or -ENOMEM. Task context. */
int eth_frames_init(struct eth_device *eth);
void eth_frames_release(struct eth_device *eth);

/*
 * Called with softirqs off:
 * eth_frames_receive - deliver up to @budget messages. Returns how many.
 * eth_frames_send - send @skb, which then belongs to this file. The link must be up. @more: another
 *	frame follows at once.
 * eth_frames_flush - hand the waiting frames to the host, which may take frames again.
 * eth_frames_drop - drop the waiting frames.
 * eth_frames_gather - true: let small frames of all interfaces wait for further frames, because an
 *	interface is receiving. false: send the waiting frames.
 */
int eth_frames_receive(struct eth_device *eth, int budget);
void eth_frames_send(struct eth_device *eth, struct sk_buff *skb, bool more);
void eth_frames_flush(struct eth_device *eth);
void eth_frames_drop(struct eth_device *eth);
void eth_frames_gather(bool gather);

#endif /* ETH_FRAMES_H */
