/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_stream.h - move frames between the network core and a byte stream on the host
 */
#ifndef ETH_STREAM_H
#define ETH_STREAM_H

struct eth_device;
struct sk_buff;

/* eth_stream_init - allocate what the functions below need. 0 or -ENOMEM. Task context. */
int eth_stream_init(struct eth_device *eth);
void eth_stream_release(struct eth_device *eth);

/*
 * Called with softirqs off:
 * eth_stream_receive - deliver up to @budget frames. Returns how many.
 * eth_stream_send - send @skb, which then belongs to this file. The link must be up.
 * eth_stream_flush - hand the waiting frames to the host, which may take frames again.
 * eth_stream_drop - drop all bytes that wait in both directions, before a new connection.
 */
int eth_stream_receive(struct eth_device *eth, int budget);
void eth_stream_send(struct eth_device *eth, struct sk_buff *skb);
void eth_stream_flush(struct eth_device *eth);
void eth_stream_drop(struct eth_device *eth);

#endif /* ETH_STREAM_H */
