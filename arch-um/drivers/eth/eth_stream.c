// SPDX-License-Identifier: GPL-2.0-only
/*
 * eth_stream.c - move frames through a byte stream, each preceded by its length
 *
 * eth.c calls these functions with softirqs off. QEMU (-netdev stream), passt and others use
 * this format on a unix stream socket: 4 bytes of length, most significant byte first, then
 * the frame. There are no offloads.
 *
 * in[in_first .. in_first+in_size) has been read but not yet delivered. At most one incomplete
 * frame remains there, and moves to the front before the next read. out[] holds frames that the
 * socket did not take. While out[] is not empty, the queue is stopped.
 */
#include "eth_stream.h"

#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/unaligned.h>
#include <um/wire.h>
#include "eth_device.h"
#include "eth_link.h"

enum {
	LENGTH_SIZE = 4,
	BUFFER_SIZE = 256 * 1024,	/* several of the biggest frames */
	FRAME_ROOM = LENGTH_SIZE + WIRE_FRAME_MAX,
};

struct eth_stream {
	size_t in_first, in_size;
	size_t out_first, out_size;
	u8 in[BUFFER_SIZE];
	u8 out[BUFFER_SIZE];
};

int eth_stream_init(struct eth_device *eth)
{
	eth->stream = kvmalloc(sizeof(*eth->stream), GFP_KERNEL);
	if (!eth->stream)
		return -ENOMEM;
	eth_stream_drop(eth);
	return 0;
}

void eth_stream_release(struct eth_device *eth)
{
	kvfree(eth->stream);
	eth->stream = NULL;
}

void eth_stream_drop(struct eth_device *eth)
{
	struct eth_stream *stream = eth->stream;

	stream->in_first = stream->in_size = stream->out_first = stream->out_size = 0;
}

/* ---- in ------------------------------------------------------------------- */

static void frame_deliver(struct eth_device *eth, const u8 *data, size_t size)
{
	struct sk_buff *skb;

	if (!netif_carrier_ok(eth->dev))
		return;
	skb = napi_alloc_skb(&eth->napi, size);
	if (!skb) {
		eth->counters.rx_dropped++;
		return;
	}
	skb_put_data(skb, data, size);
	skb->protocol = eth_type_trans(skb, eth->dev);
	eth->counters.rx_packets++;
	eth->counters.rx_bytes += size;
	napi_gro_receive(&eth->napi, skb);
}

/* Deliver the next whole frame from the buffer. False: there is none, or its length is *@bad. */
static bool frame_next(struct eth_device *eth, bool *bad)
{
	struct eth_stream *stream = eth->stream;
	const u8 *at = stream->in + stream->in_first;
	size_t size;

	if (stream->in_size < LENGTH_SIZE)
		return false;
	size = get_unaligned_be32(at);
	/* After an invalid length there is no way to find the next frame. */
	*bad = size > WIRE_FRAME_MAX;
	if (*bad || stream->in_size < LENGTH_SIZE + size)
		return false;
	if (size < ETH_HLEN)
		eth->counters.rx_errors++;
	else
		frame_deliver(eth, at + LENGTH_SIZE, size);
	stream->in_first += LENGTH_SIZE + size;
	stream->in_size -= LENGTH_SIZE + size;
	return true;
}

/* Read more bytes into the buffer. 0: there are none for now. -errno: the connection has ended. */
static ssize_t more_read(struct eth_device *eth)
{
	struct eth_stream *stream = eth->stream;
	ssize_t size;

	if (stream->in_first)
		memmove(stream->in, stream->in + stream->in_first, stream->in_size);
	stream->in_first = 0;
	size = host_file_read(eth->fd, stream->in + stream->in_size,
			      BUFFER_SIZE - stream->in_size);
	if (size == -EAGAIN)
		return 0;
	if (size <= 0)
		return size ? size : -ECONNRESET;
	stream->in_size += size;
	eth->counters.rx_batches++;
	return size;
}

int eth_stream_receive(struct eth_device *eth, int budget)
{
	bool bad = false;
	int done = 0;
	ssize_t size;

	while (eth->fd >= 0 && !eth->lost) {
		while (done < budget && frame_next(eth, &bad))
			done++;
		if (done == budget)
			return budget;
		size = bad ? -EPROTO : more_read(eth);
		if (size < 0) {
			eth->counters.rx_errors += bad;
			eth_link_lost(eth);
		}
		if (size <= 0)
			break;
	}
	return done;
}

/* ---- out ------------------------------------------------------------------ */

/* Hand the waiting bytes to the host. False: the host takes no more for now. */
static bool out_flush(struct eth_device *eth)
{
	struct eth_stream *stream = eth->stream;

	while (stream->out_size) {
		ssize_t size = host_file_write(eth->fd, stream->out + stream->out_first,
					       stream->out_size);

		/* The next read reports a lost connection. */
		if (size < 0)
			return size != -EAGAIN;
		stream->out_first += size;
		stream->out_size -= size;
	}
	stream->out_first = 0;
	return true;
}

void eth_stream_flush(struct eth_device *eth)
{
	if (eth->fd >= 0 && out_flush(eth))
		eth_link_unblock(eth);
}

/* There is always room for one frame, because the queue is stopped while anything waits. */
void eth_stream_send(struct eth_device *eth, struct sk_buff *skb)
{
	struct eth_stream *stream = eth->stream;
	u8 *at = stream->out + stream->out_first + stream->out_size;

	BUILD_BUG_ON(FRAME_ROOM > BUFFER_SIZE);
	if (stream->out_first + stream->out_size + LENGTH_SIZE + skb->len > BUFFER_SIZE ||
	    skb->len > WIRE_FRAME_MAX) {
		eth->counters.tx_dropped++;
		dev_kfree_skb_any(skb);
		return;
	}
	put_unaligned_be32(skb->len, at);
	skb_copy_bits(skb, 0, at + LENGTH_SIZE, skb->len);
	stream->out_size += LENGTH_SIZE + skb->len;
	eth->counters.tx_packets++;
	eth->counters.tx_bytes += skb->len;
	dev_consume_skb_any(skb);
	if (!out_flush(eth))
		eth_link_block(eth);
}
