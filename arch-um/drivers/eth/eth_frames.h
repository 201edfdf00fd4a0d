/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_frames.h - frames in messages, between the host and the network core
 */
#ifndef ETH_FRAMES_H
#define ETH_FRAMES_H

#include <linux/types.h>

struct eth_device;
struct sk_buff;

/* Task context. eth_frames_init - 0 or -ENOMEM. */
int eth_frames_init(struct eth_device *eth);
void eth_frames_release(struct eth_device *eth);

/*
 * Softirqs off:
 * eth_frames_receive - deliver up to @budget messages; returns how many.
 * eth_frames_send - takes @skb. The link must be up. @more: another frame follows at once.
 * eth_frames_flush - the host may take frames again: hand over the waiting ones.
 * eth_frames_drop - forget the waiting ones.
 * eth_frames_gather - true: an interface is receiving, so let small frames of all interfaces
 *	wait for company. false: send them.
 */
int eth_frames_receive(struct eth_device *eth, int budget);
void eth_frames_send(struct eth_device *eth, struct sk_buff *skb, bool more);
void eth_frames_flush(struct eth_device *eth);
void eth_frames_drop(struct eth_device *eth);
void eth_frames_gather(bool gather);

#endif /* ETH_FRAMES_H */
