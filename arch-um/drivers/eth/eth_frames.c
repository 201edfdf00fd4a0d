// SPDX-License-Identifier: GPL-2.0-only
/*
 * eth_frames.c - move frames between the network core and a host socket that has messages
 *
 * eth.c calls these functions with softirqs off. Interfaces on a byte stream use eth_stream.c
 * instead.
 *
 * Receiving. There are ETH_RX_BATCH slots, each with an sk_buff for the first RX_LINEAR bytes and a
 * big page for the rest of a giant frame. One call to the host fills as many slots as there are
 * messages. An ordinary frame takes only the sk_buff. A giant frame takes the big page too if it
 * fills most of the page. Otherwise the rest of the frame is copied into pages of the right size,
 * so that no socket is charged 64 KB for 3 KB. A message may hold several small frames
 * (WIRE_BUNDLE); each of them gets its own sk_buff.
 *
 * Sending. Frames wait in eth->tx[] while the core says that more are coming. Small frames
 * also wait while any interface receives: frames that a router forwards, and answers, come in
 * batches like the frames that caused them. Waiting frames go to the host in one call. Small
 * frames share a message. The host copies frames straight from the sk_buff's pages. If the host
 * does not take all of them, the rest stays in eth->tx[], the queue stops, and the descriptor is
 * watched for room.
 */
#include "eth_frames.h"

#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <linux/virtio_net.h>
#include <um/wire.h>
#include "eth_device.h"
#include "eth_link.h"

enum {
	ETH_RX_BATCH = 16,
	ETH_TX_BATCH = 32,
	RX_LINEAR = 1600,
	RX_BIG_ORDER = 4,
	RX_BIG_SIZE = PAGE_SIZE << RX_BIG_ORDER,
	RX_VECS = 3,
	TX_VECS = 2 + MAX_SKB_FRAGS,
	BUNDLED_MAX = 2048,		/* larger frames get their own message */
	BUNDLED_VECS = 4,
};
static_assert(RX_LINEAR + RX_BIG_SIZE >= WIRE_FRAME_MAX);
static_assert(ETH_TX_BATCH <= (int)WIRE_BUNDLE_FRAMES);

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

/* The pieces of messages that hold more than one frame. */
struct eth_bundle {
	struct wire_head head;
	struct host_iovec vec[ETH_TX_BATCH * (BUNDLED_VECS + 1)];
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

/* Give memory to up to @wanted slots. Returns how many slots, from the first on, have memory. */
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

/* Add the @size bytes of a giant frame that follow its linear part. */
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

/* Give @skb, a whole frame, to the network core. */
static void skb_deliver(struct eth_device *eth, struct sk_buff *skb, struct wire_head *head)
{
	struct virtio_net_hdr *virtio = head_virtio(head);
	struct eth_counters *counters = &eth->counters;

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
	counters->rx_bytes += skb->len;
	skb->protocol = eth_type_trans(skb, eth->dev);
	napi_gro_receive(&eth->napi, skb);
}

static void frame_deliver(struct eth_device *eth, struct eth_rx_slot *slot, size_t size)
{
	struct sk_buff *skb = slot->skb;

	if (size < ETH_HLEN) {
		eth->counters.rx_errors++;
		return;
	}
	__skb_put(skb, min_t(size_t, size, RX_LINEAR));
	if (size > RX_LINEAR && !giant_add(slot, size - RX_LINEAR)) {
		eth->counters.rx_dropped++;
		__skb_trim(skb, 0);
		return;
	}
	slot->skb = NULL;
	skb_deliver(eth, skb, &slot->head);
}

/* Copy @size bytes at offset @at of the message in @slot. The bytes may span both parts. */
static void slot_copy(const struct eth_rx_slot *slot, size_t at, void *to, size_t size)
{
	size_t linear = at < RX_LINEAR ? min_t(size_t, size, RX_LINEAR - at) : 0;

	memcpy(to, slot->skb->data + at, linear);
	if (size > linear)
		memcpy(to + linear, page_address(slot->big) + at + linear - RX_LINEAR,
		       size - linear);
}

static void bundle_deliver(struct eth_device *eth, const struct eth_rx_slot *slot, size_t size)
{
	struct wire_head head;
	struct sk_buff *skb;
	size_t at = 0;

	while (size - at >= sizeof(head)) {
		slot_copy(slot, at, &head, sizeof(head));
		at += sizeof(head);
		if (head.kind < ETH_HLEN || head.kind > size - at)
			break;
		skb = napi_alloc_skb(&eth->napi, head.kind);
		if (skb) {
			slot_copy(slot, at, __skb_put(skb, head.kind), head.kind);
			skb_deliver(eth, skb, &head);
		} else {
			eth->counters.rx_dropped++;
		}
		at += head.kind;
	}
	if (at != size)
		eth->counters.rx_errors++;
}

static void message_take(struct eth_device *eth, struct eth_rx_slot *slot,
			 const struct host_frame *frame)
{
	bool open = eth->welcome && netif_carrier_ok(eth->dev);
	size_t size = frame->size;

	if (frame->truncated || (eth->heads && size < sizeof(slot->head))) {
		eth->counters.rx_errors++;
		return;
	}
	if (eth->heads) {
		size -= sizeof(slot->head);
		if (slot->head.kind == WIRE_BUNDLE) {
			if (open)
				bundle_deliver(eth, slot, size);
			return;
		}
		if (slot->head.kind != WIRE_FRAME) {
			eth_link_message(eth, &slot->head, slot->skb->data,
					 min_t(size_t, size, RX_LINEAR));
			return;
		}
	}
	if (open)
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

		/* Without memory the frames stay with the host; NAPI polls again soon. */
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
		/* Send after each batch: the other end waits for its acknowledgements. */
		eth_frames_gather(false);
		eth_frames_gather(true);
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
	/* The first piece of each frame is the head in its slot, and the slots have moved. */
	for (i = 0; i < eth->nr_tx; i++)
		eth->tx[i].vec[0].base = &eth->tx[i].head;
}

/* Returns how many frames from @from on go into one message. */
static unsigned int bundle_length(const struct eth_device *eth, unsigned int from)
{
	size_t bytes = sizeof(struct wire_head);
	unsigned int i;

	if (!eth->bundles)
		return 1;
	for (i = from; i < eth->nr_tx; i++) {
		const struct eth_tx_slot *slot = &eth->tx[i];

		bytes += sizeof(slot->head) + slot->skb->len;
		if (slot->skb->len > BUNDLED_MAX || slot->nr_vec > BUNDLED_VECS ||
		    bytes > WIRE_BUNDLE_MAX)
			break;
	}
	return max(i - from, 1U);
}

/* Put the waiting frames into messages of lengths[] frames each. Returns how many messages. */
static unsigned int messages_make(struct eth_device *eth, struct host_frame *messages,
				  u8 *lengths)
{
	struct host_iovec *vec = eth->bundle->vec;
	unsigned int i = 0, nr = 0, first = eth->heads ? 0 : 1;

	for (; i < eth->nr_tx; nr++) {
		unsigned int length = bundle_length(eth, i), end = i + length;

		lengths[nr] = length;
		if (length == 1) {
			eth->tx[i].head.kind = WIRE_FRAME;
			messages[nr] = (struct host_frame) {
				.vec = eth->tx[i].vec + first, .nr_vec = eth->tx[i].nr_vec - first,
			};
			i++;
			continue;
		}
		messages[nr] = (struct host_frame) { .vec = vec };
		*vec++ = (struct host_iovec) { &eth->bundle->head, sizeof(eth->bundle->head) };
		for (; i < end; i++) {
			eth->tx[i].head.kind = eth->tx[i].skb->len;
			memcpy(vec, eth->tx[i].vec, eth->tx[i].nr_vec * sizeof(*vec));
			vec += eth->tx[i].nr_vec;
		}
		messages[nr].nr_vec = vec - messages[nr].vec;
	}
	return nr;
}

/* Hand the waiting frames to the host. False: the host takes no more for now. */
static bool tx_flush(struct eth_device *eth)
{
	struct host_frame messages[ETH_TX_BATCH];
	u8 lengths[ETH_TX_BATCH];
	unsigned int i, frames;
	int sent;

	while (eth->nr_tx) {
		sent = host_net_send(eth->fd, eth->transport, messages,
				     messages_make(eth, messages, lengths));
		if (sent == -EAGAIN)
			return false;
		if (sent <= 0) {
			/* Drop a refused frame. The next read reports a lost connection. */
			eth->counters.tx_dropped++;
			tx_done(eth, 1);
			continue;
		}
		for (i = 0, frames = 0; i < sent; i++)
			frames += lengths[i];
		eth->counters.tx_batches++;
		eth->counters.tx_packets += frames;
		for (i = 0; i < frames; i++)
			eth->counters.tx_bytes += eth->tx[i].skb->len;
		tx_done(eth, frames);
	}
	return true;
}

/* Hand the waiting frames to the host, and stop the queue if the host does not take them all. */
static void tx_flush_or_block(struct eth_device *eth)
{
	if (!tx_flush(eth))
		eth_link_block(eth);
}

void eth_frames_flush(struct eth_device *eth)
{
	if (eth->fd >= 0 && tx_flush(eth))
		eth_link_unblock(eth);
}

/* Global, because only one interface receives at a time: softirqs run on one processor. */
static struct eth_device *gathering[ETH_DEVICES];
static unsigned int nr_gathering;
static bool gather_now;

void eth_frames_gather(bool gather)
{
	gather_now = gather;
	while (!gather && nr_gathering) {
		struct eth_device *eth = gathering[--nr_gathering];

		eth->gathers = false;
		if (eth->nr_tx && !eth->tx_blocked)
			tx_flush_or_block(eth);
	}
}

/* Must a frame of @size bytes wait until the current batch has been received? */
static bool waits(struct eth_device *eth, size_t size)
{
	if (!gather_now || size > BUNDLED_MAX)
		return false;
	if (!eth->gathers)
		gathering[nr_gathering++] = eth;
	eth->gathers = true;
	return true;
}

static void slot_set(struct eth_tx_slot *slot, struct sk_buff *skb)
{
	unsigned int i, nr = 1;

	slot->skb = skb;
	slot->vec[0] = (struct host_iovec) { &slot->head, sizeof(slot->head) };
	slot->vec[nr++] = (struct host_iovec) { skb->data, skb_headlen(skb) };
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		slot->vec[nr++] = (struct host_iovec) {
			skb_frag_address(frag), skb_frag_size(frag),
		};
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

void eth_frames_send(struct eth_device *eth, struct sk_buff *skb, bool more)
{
	struct eth_tx_slot *slot = &eth->tx[eth->nr_tx];

	if (head_make(eth, skb, &slot->head)) {
		slot_set(slot, skb);
		eth->nr_tx++;
		if (eth->nr_tx < ETH_TX_BATCH && (more || waits(eth, skb->len)))
			return;
		tx_flush_or_block(eth);
		return;
	}
	eth->counters.tx_dropped++;
	dev_kfree_skb_any(skb);
	/* The frames before this frame may have waited for it. */
	if (eth->nr_tx && !eth->tx_blocked)
		tx_flush_or_block(eth);
}

/* ---- beginning and end ---------------------------------------------------- */

void eth_frames_drop(struct eth_device *eth)
{
	eth->counters.tx_dropped += eth->nr_tx;
	if (eth->tx)
		tx_done(eth, eth->nr_tx);
}

int eth_frames_init(struct eth_device *eth)
{
	eth->rx = kcalloc(ETH_RX_BATCH, sizeof(*eth->rx), GFP_KERNEL);
	eth->tx = kcalloc(ETH_TX_BATCH, sizeof(*eth->tx), GFP_KERNEL);
	eth->bundle = kzalloc(sizeof(*eth->bundle), GFP_KERNEL);
	eth->nr_tx = 0;
	if (eth->rx && eth->tx && eth->bundle) {
		eth->bundle->head.kind = WIRE_BUNDLE;
		return 0;
	}
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
	kfree(eth->bundle);
	eth->rx = NULL;
	eth->tx = NULL;
	eth->bundle = NULL;
}
