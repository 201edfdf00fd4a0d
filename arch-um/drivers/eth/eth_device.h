/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_device.h - define struct eth_device, a network interface, for all files eth*.c
 */
#ifndef ETH_DEVICE_H
#define ETH_DEVICE_H

#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <um/host.h>
#include "eth_option.h"

struct eth_counters {
	u64 rx_packets, rx_bytes, rx_dropped, rx_errors, rx_batches, rx_offloaded;
	u64 tx_packets, tx_bytes, tx_dropped, tx_batches, tx_offloaded, tx_full;
	u64 link_losses, connections;
};

struct eth_rx_slot;
struct eth_tx_slot;
struct eth_bundle;
struct eth_stream;

struct eth_device {
	struct net_device *dev;
	struct napi_struct napi;
	unsigned int index;
	struct eth_option option;
	struct eth_counters counters;

	/* The host side. A new connection sets all these fields again (eth_link.c). */
	int fd;				/* -1: none */
	enum host_net transport;
	bool heads;			/* messages begin with struct wire_head */
	bool bundles;			/* the other end takes several frames in one message */
	bool welcome;			/* frames may flow */
	int helper_pid;			/* 0: none */

	struct delayed_work work;	/* connects, and cleans up after a loss */
	void (*unsent_drop)(struct eth_device *eth);	/* see eth_link_init() */
	bool wanted;			/* the interface is up */
	bool peer_up;			/* the other end is there and its link is up */
	bool cut;			/* `link ethN down` on the control socket */
	bool lost;			/* the other end has gone; the work cleans up */
	bool complained;		/* this failure has been reported already */
	bool tx_blocked;		/* the host takes no more frames for now */

	/* Frames in messages (eth_frames.c). */
	struct eth_rx_slot *rx;
	struct eth_tx_slot *tx;
	struct eth_bundle *bundle;	/* pieces of the frames that share a message */
	unsigned int nr_tx;		/* frames that wait in tx[] */
	bool gathers;			/* on the list that eth_frames_gather(false) sends */

	/* Frames in a byte stream (eth_stream.c). */
	struct eth_stream *stream;	/* NULL: this interface has messages */
};

#endif /* ETH_DEVICE_H */
