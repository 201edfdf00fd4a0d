/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_stream.h - frames in a byte stream, between the host and the network core
 */
#ifndef ETH_STREAM_H
#define ETH_STREAM_H

struct eth_device;
struct sk_buff;

/* Task context. eth_stream_init - 0 or -ENOMEM. */
int eth_stream_init(struct eth_device *eth);
void eth_stream_release(struct eth_device *eth);

/*
 * Softirqs off:
 * eth_stream_receive - deliver up to @budget frames; returns how many.
 * eth_stream_send - takes @skb. The link must be up.
 * eth_stream_flush - the host may take frames again: hand over the waiting ones.
 * eth_stream_drop - forget what waits in both directions; a new connection begins.
 */
int eth_stream_receive(struct eth_device *eth, int budget);
void eth_stream_send(struct eth_device *eth, struct sk_buff *skb);
void eth_stream_flush(struct eth_device *eth);
void eth_stream_drop(struct eth_device *eth);

#endif /* ETH_STREAM_H */
