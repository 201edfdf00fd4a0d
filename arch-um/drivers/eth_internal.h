/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_internal.h - calls between the files of the network driver
 */
#ifndef ETH_INTERNAL_H
#define ETH_INTERNAL_H

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <um/host.h>
#include <um/wire.h>

enum {
	ETH_DEVICES = 16,
	ETH_TEXT_SIZE = 256,
	ETH_PATH_SIZE = 108,		/* what fits into a socket's address */
	ETH_RX_BATCH = 16,
	ETH_TX_BATCH = 32,
};

enum eth_kind {
	ETH_SLIRP,
	ETH_SWITCH,
	ETH_VDE,
	ETH_FD,
	ETH_UNIX,
	ETH_NULL,
};

/* One eth<n>= option, taken apart (eth_option.c). */
struct eth_option {
	enum eth_kind kind;
	char target[ETH_TEXT_SIZE];	/* path, URL or descriptor */
	char rest[ETH_TEXT_SIZE];	/* words for the helper, separated by commas */
	int fd;
	unsigned int port, vlan, mtu;	/* 0: not given */
	bool has_mac;
	u8 mac[ETH_ALEN];
};

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

	/* The host side: this and nothing else has to be made anew to connect again. */
	int fd;				/* -1: none */
	enum host_net transport;
	bool heads;			/* messages begin with struct wire_head */
	bool bundles;			/* the other end takes several frames in one message */
	bool welcome;			/* frames may flow */
	int helper_pid;			/* 0: none */

	struct delayed_work work;	/* connects, and cleans up after a loss */
	bool wanted;			/* the interface is up */
	bool peer_up;			/* the other end is there, and its side of the cable whole */
	bool cut;			/* our side of the cable is not (eth_control.c) */
	bool lost;			/* the other end has gone; the work cleans up */
	bool complained;		/* about this failure already */

	struct eth_rx_slot *rx;
	struct eth_tx_slot *tx;
	struct eth_bundle *bundle;	/* the pieces of what goes out together */
	unsigned int nr_tx;		/* waiting in tx[] */
	bool tx_blocked;		/* the host takes no more for now */
	bool gathers;			/* on the list of those that wait for eth_frames_gather(false) */
	struct eth_stream *stream;
};

/* eth.c: umid= of the command line, or NULL. */
extern const char *eth_machine_name;

/*
 * Interfaces by their number; NULL: none. Added and removed in task context, by one at a time:
 * the start, then the control socket's work. eth_add() returns 0, or -errno and *@why.
 */
struct eth_device *eth_get(unsigned int index);
int eth_add(unsigned int index, const char *value, const char **why);
void eth_remove(struct eth_device *eth);

/* eth_option.c: 0, or -EINVAL and *@why says what is wrong. Needs no memory. */
int eth_option_parse(const char *value, struct eth_option *option, const char **why);
const char *eth_kind_name(enum eth_kind kind);

/* eth_link.c: connections of the host side. Task context, but for eth_link_message/lost(). */
void eth_link_init(struct eth_device *eth);
void eth_link_start(struct eth_device *eth);
void eth_link_stop(struct eth_device *eth);
void eth_link_lost(struct eth_device *eth);
void eth_link_cut(struct eth_device *eth, bool cut);
void eth_link_message(struct eth_device *eth, const struct wire_head *head, const void *body,
		      size_t size);
bool eth_kind_has_heads(enum eth_kind kind);

/* eth_frames.c: frames between the host and the network core. Softirqs off. */
int eth_frames_init(struct eth_device *eth);
void eth_frames_release(struct eth_device *eth);
int eth_frames_receive(struct eth_device *eth, int budget);
netdev_tx_t eth_frames_send(struct eth_device *eth, struct sk_buff *skb, bool more);
void eth_frames_flush(struct eth_device *eth);
/* While one interface receives, small frames of all wait for company; false sends them. */
void eth_frames_gather(bool gather);
void eth_frames_drop(struct eth_device *eth);

/* eth_stream.c: the same for a byte stream, each frame behind its length. */
int eth_stream_init(struct eth_device *eth);
void eth_stream_release(struct eth_device *eth);
void eth_stream_reset(struct eth_device *eth);
int eth_stream_receive(struct eth_device *eth, int budget);
bool eth_stream_send(struct eth_device *eth, struct sk_buff *skb);
bool eth_stream_flush(struct eth_device *eth);

#endif /* ETH_INTERNAL_H */
