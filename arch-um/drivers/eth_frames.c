// SPDX-License-Identifier: GPL-2.0-only
/*
 * eth_frames.c - frames between the host and the network core, one message each
 *
 * Receiving. ETH_RX_BATCH slots stand ready, each with an sk_buff for the first
 * RX_LINEAR bytes and a big page for the rest of a giant frame. One call to the host
 * fills as many as there are messages. An ordinary frame takes the sk_buff only. A giant
 * one takes the big page if it fills it well, or gets a copy in pages of its size, lest
 * a socket be charged 64 KB for 3.
 *
 * Sending. Frames wait in eth->tx[] while the core says that more are coming, then go to
 * the host in one call, straight from the sk_buff's pages: the host copies. What it
 * does not take stays there, the queue stops, and the descriptor is watched for room.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <linux/virtio_net.h>
#include "eth_internal.h"

enum {
	RX_LINEAR = 1600,
	RX_BIG_ORDER = 4,
	RX_BIG_SIZE = PAGE_SIZE << RX_BIG_ORDER,
	RX_VECS = 3,
	TX_VECS = 2 + MAX_SKB_FRAGS,
};
static_assert(RX_LINEAR + RX_BIG_SIZE >= WIRE_FRAME_MAX);

struct eth_rx_slot {
	struct sk_buff *skb;
	struct page *big;
	struct wire_head head;
	struct host_iovec vec[RX_VECS];
};

struct eth_tx_slot {
	struct sk_buff *skb;
	struct wire_head head;
	struct host_iovec vec[TX_VECS];
	unsigned int nr_vec;
};

static struct virtio_net_hdr *head_virtio(struct wire_head *head)
{
	BUILD_BUG_ON(sizeof(*head) - offsetof(struct wire_head, csum_flags) !=
		     sizeof(struct virtio_net_hdr));
	return (struct virtio_net_hdr *)&head->csum_flags;
}

/* ---- receiving ------------------------------------------------------------ */

static bool slot_fill(struct eth_device *eth, struct eth_rx_slot *slot)
{
	if (!slot->skb)
		slot->skb = napi_alloc_skb(&eth->napi, RX_LINEAR);
	if (!slot->big)
		slot->big = alloc_pages(GFP_ATOMIC | __GFP_COMP | __GFP_NOWARN, RX_BIG_ORDER);
	return slot->skb && slot->big;
}

/* Slots that have their memory, from the first on. */
static unsigned int slots_fill(struct eth_device *eth, struct host_frame *frames,
			       unsigned int wanted)
{
	unsigned int i, first = eth->heads ? 0 : 1;

	for (i = 0; i < wanted; i++) {
		struct eth_rx_slot *slot = &eth->rx[i];

		if (!slot_fill(eth, slot))
			break;
		slot->vec[0] = (struct host_iovec) { &slot->head, sizeof(slot->head) };
		slot->vec[1] = (struct host_iovec) { slot->skb->data, RX_LINEAR };
		slot->vec[2] = (struct host_iovec) { page_address(slot->big), RX_BIG_SIZE };
		frames[i] = (struct host_frame) {
			.vec = slot->vec + first, .nr_vec = RX_VECS - first,
		};
	}
	return i;
}

/* The part of a giant frame behind the linear one. */
static bool giant_add(struct eth_rx_slot *slot, size_t size)
{
	unsigned int order = get_order(size);
	struct page *page = alloc_pages(GFP_ATOMIC | __GFP_COMP | __GFP_NOWARN, order);

	if (!page)
		return false;
	if (order == RX_BIG_ORDER)
		swap(page, slot->big);
	else
		memcpy(page_address(page), page_address(slot->big), size);
	skb_add_rx_frag(slot->skb, 0, page, 0, size, PAGE_SIZE << order);
	return true;
}

static void frame_deliver(struct eth_device *eth, struct eth_rx_slot *slot, size_t size)
{
	struct virtio_net_hdr *virtio = head_virtio(&slot->head);
	struct eth_counters *counters = &eth->counters;
	struct sk_buff *skb = slot->skb;

	if (size < ETH_HLEN) {
		counters->rx_errors++;
		return;
	}
	__skb_put(skb, min_t(size_t, size, RX_LINEAR));
	if (size > RX_LINEAR && !giant_add(slot, size - RX_LINEAR)) {
		counters->rx_dropped++;
		__skb_trim(skb, 0);
		return;
	}
	slot->skb = NULL;
	skb->dev = eth->dev;
	if (eth->heads) {
		if (virtio->flags & VIRTIO_NET_HDR_F_DATA_VALID)
			skb->ip_summed = CHECKSUM_UNNECESSARY;
		if (virtio->gso_type)
			counters->rx_offloaded++;
		if (virtio_net_hdr_to_skb(skb, virtio, true)) {
			counters->rx_errors++;
			kfree_skb(skb);
			return;
		}
	}
	counters->rx_packets++;
	counters->rx_bytes += size;
	skb->protocol = eth_type_trans(skb, eth->dev);
	napi_gro_receive(&eth->napi, skb);
}

static void message_take(struct eth_device *eth, struct eth_rx_slot *slot,
			 const struct host_frame *frame)
{
	size_t size = frame->size;

	if (frame->truncated || (eth->heads && size < sizeof(slot->head))) {
		eth->counters.rx_errors++;
		return;
	}
	if (eth->heads) {
		size -= sizeof(slot->head);
		if (slot->head.kind != WIRE_FRAME) {
			eth_link_message(eth, &slot->head, slot->skb->data, min_t(size_t, size, RX_LINEAR));
			return;
		}
	}
	if (eth->welcome && netif_carrier_ok(eth->dev))
		frame_deliver(eth, slot, size);
}

int eth_frames_receive(struct eth_device *eth, int budget)
{
	struct host_frame frames[ETH_RX_BATCH];
	int done = 0;

	while (done < budget && eth->fd >= 0 && !eth->lost) {
		unsigned int wanted = min_t(int, budget - done, ETH_RX_BATCH);
		unsigned int nr = slots_fill(eth, frames, wanted);
		int got, i;

		/* Without memory the frames stay with the host; look again soon. */
		if (!nr)
			return budget;
		got = host_net_receive(eth->fd, eth->transport, frames, nr);
		if (got == -EAGAIN)
			break;
		if (got <= 0) {
			eth_link_lost(eth);
			break;
		}
		eth->counters.rx_batches++;
		for (i = 0; i < got; i++)
			message_take(eth, &eth->rx[i], &frames[i]);
		done += got;
		if (got < nr)
			break;
	}
	return done;
}

/* ---- sending -------------------------------------------------------------- */

static void tx_done(struct eth_device *eth, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		dev_consume_skb_any(eth->tx[i].skb);
	eth->nr_tx -= nr;
	memmove(eth->tx, eth->tx + nr, eth->nr_tx * sizeof(*eth->tx));
	/* The pieces of a frame may lie in its slot, which has moved. */
	for (i = 0; i < eth->nr_tx; i++)
		eth->tx[i].vec[0].base = &eth->tx[i].head;
}

/* Hands over what waits. False: the host takes no more for now. */
static bool tx_flush(struct eth_device *eth)
{
	struct host_frame frames[ETH_TX_BATCH];
	unsigned int i, first = eth->heads ? 0 : 1;
	int sent;

	while (eth->nr_tx) {
		for (i = 0; i < eth->nr_tx; i++)
			frames[i] = (struct host_frame) {
				.vec = eth->tx[i].vec + first,
				.nr_vec = eth->tx[i].nr_vec - first,
			};
		sent = host_net_send(eth->fd, eth->transport, frames, eth->nr_tx);
		if (sent == -EAGAIN)
			return false;
		if (sent <= 0) {
			/* The end of the other side shows on reading; a bad frame is dropped. */
			eth->counters.tx_dropped++;
			sent = 1;
		} else {
			eth->counters.tx_batches++;
			for (i = 0; i < sent; i++) {
				eth->counters.tx_packets++;
				eth->counters.tx_bytes += eth->tx[i].skb->len;
			}
		}
		tx_done(eth, sent);
	}
	return true;
}

static bool flush(struct eth_device *eth)
{
	return eth->stream ? eth_stream_flush(eth) : tx_flush(eth);
}

static void tx_block(struct eth_device *eth)
{
	eth->counters.tx_full++;
	eth->tx_blocked = true;
	netif_stop_queue(eth->dev);
	host_poll_watch(eth->fd, true, true);
}

void eth_frames_flush(struct eth_device *eth)
{
	if (eth->fd < 0 || !flush(eth))
		return;
	eth->tx_blocked = false;
	host_poll_watch(eth->fd, true, false);
	netif_wake_queue(eth->dev);
}

static void slot_set(struct eth_device *eth, struct eth_tx_slot *slot, struct sk_buff *skb)
{
	unsigned int i, nr = 1;

	slot->skb = skb;
	slot->vec[0] = (struct host_iovec) { &slot->head, sizeof(slot->head) };
	slot->vec[nr++] = (struct host_iovec) { skb->data, skb_headlen(skb) };
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		slot->vec[nr++] = (struct host_iovec) { skb_frag_address(frag), skb_frag_size(frag) };
	}
	slot->nr_vec = nr;
}

static bool head_make(struct eth_device *eth, struct sk_buff *skb, struct wire_head *head)
{
	memset(head, 0, sizeof(*head));
	if (!eth->heads)
		return true;
	if (skb_is_gso(skb))
		eth->counters.tx_offloaded++;
	return !virtio_net_hdr_from_skb(skb, head_virtio(head), true, false, 0);
}

netdev_tx_t eth_frames_send(struct eth_device *eth, struct sk_buff *skb, bool more)
{
	struct eth_tx_slot *slot;

	if (eth->option.kind == ETH_NULL || eth->fd < 0 || !eth->welcome)
		goto out_drop;
	if (eth->stream) {
		if (!eth_stream_send(eth, skb))
			tx_block(eth);
		return NETDEV_TX_OK;
	}
	slot = &eth->tx[eth->nr_tx];
	if (!head_make(eth, skb, &slot->head))
		goto out_drop;
	slot_set(eth, slot, skb);
	eth->nr_tx++;
	if (more && eth->nr_tx < ETH_TX_BATCH)
		return NETDEV_TX_OK;
	if (!tx_flush(eth))
		tx_block(eth);
	return NETDEV_TX_OK;

out_drop:
	if (eth->option.kind == ETH_NULL) {
		eth->counters.tx_packets++;
		eth->counters.tx_bytes += skb->len;
	} else {
		eth->counters.tx_dropped++;
	}
	dev_kfree_skb_any(skb);
	/* Those before it waited for this one. */
	if (eth->nr_tx && !eth->tx_blocked && !tx_flush(eth))
		tx_block(eth);
	return NETDEV_TX_OK;
}

/* ---- beginning and end ---------------------------------------------------- */

void eth_frames_drop(struct eth_device *eth)
{
	eth->counters.tx_dropped += eth->nr_tx;
	if (eth->tx)
		tx_done(eth, eth->nr_tx);
	if (eth->stream)
		eth_stream_reset(eth);
	eth->tx_blocked = false;
}

int eth_frames_init(struct eth_device *eth)
{
	eth->rx = kcalloc(ETH_RX_BATCH, sizeof(*eth->rx), GFP_KERNEL);
	eth->tx = kcalloc(ETH_TX_BATCH, sizeof(*eth->tx), GFP_KERNEL);
	eth->nr_tx = 0;
	if (eth->rx && eth->tx)
		return 0;
	eth_frames_release(eth);
	return -ENOMEM;
}

void eth_frames_release(struct eth_device *eth)
{
	unsigned int i;

	for (i = 0; eth->rx && i < ETH_RX_BATCH; i++) {
		kfree_skb(eth->rx[i].skb);
		if (eth->rx[i].big)
			__free_pages(eth->rx[i].big, RX_BIG_ORDER);
	}
	kfree(eth->rx);
	kfree(eth->tx);
	eth->rx = NULL;
	eth->tx = NULL;
}
