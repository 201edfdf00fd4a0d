// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-local_ack.c - test TCP that runs ahead of a machine: no data is lost, no window exceeded
 *
 * A sender with windows of 64 KB, which retransmits unacknowledged data, plays libslirp. A receiver
 * with scaled windows plays the machine, and a queue that loses and reorders frames plays the path
 * between them. The test has a simulated clock. LOCAL_ACK_SEED repeats a run. This file is longer
 * than 500 lines because all claims use this simulation. `make check-unit` runs this program on
 * the host.
 */
#include "uplink/local_ack.h"

#include <netinet/in.h>
#include "common/loop.h"
#include "number.h"
#include "common/offload.h"
#include "common/packet.h"
#include "tap.h"

#define MS 1000000ULL
#define ANY(...) ((const uint8_t[]){ __VA_ARGS__ })

enum { PSH = 0x08, STREAM_MAX = 4 << 20, SCALE = 7, STEP = 100000 /* ns */ };

/* ---- the loop's clock -------------------------------------------------------- */

static uint64_t now = MS;
static struct loop_timer *timers[8192];
static size_t nr_timers;

uint64_t loop_now(void)
{
	return now;
}

void loop_timer_set(struct loop_timer *timer, uint64_t when)
{
	if (timer->when) {
		timers[timer->order] = timers[--nr_timers];
		timers[timer->order]->order = timer->order;
	}
	timer->when = when;
	if (!when)
		return;
	timer->order = nr_timers;
	timers[nr_timers++] = timer;
}

static void clock_forward(uint64_t time)
{
	now += time;
	for (size_t i = nr_timers; i--; ) {
		struct loop_timer *timer = i < nr_timers ? timers[i] : NULL;

		if (!timer || timer->when > now)
			continue;
		loop_timer_set(timer, 0);
		timer->fire(timer);
	}
}

/* ---- segments ----------------------------------------------------------------- */

static bool v6;
static uint8_t far[16], near[16];
static uint16_t far_port = 80, near_port = 40000;

struct words {
	uint32_t sequence, acknowledgement;
	uint8_t flags;
	uint16_t window;
	const uint8_t *options;
	size_t options_size, size;
	uint32_t from;			/* place of the first byte in the stream */
};

static uint8_t byte_at(uint32_t place)
{
	return place ^ place >> 8 ^ place >> 16;
}

static size_t segment_make(uint8_t *frame, bool to_machine, const struct words *words)
{
	const uint8_t *from = to_machine ? far : near, *to = to_machine ? near : far;
	size_t size = TCP_SIZE + words->options_size + words->size;
	uint8_t *tcp;

	memset(frame, to_machine ? 2 : 4, 6);
	memset(frame + 6, to_machine ? 4 : 2, 6);
	put16(frame + 12, v6 ? ETHER_IPV6 : ETHER_IPV4);
	tcp = frame + ETHER_SIZE + packet_header(frame + ETHER_SIZE, v6, from, to, IPPROTO_TCP,
						 size);
	memset(tcp, 0, TCP_SIZE);
	put16(tcp, to_machine ? far_port : near_port);
	put16(tcp + 2, to_machine ? near_port : far_port);
	put32(tcp + 4, words->sequence);
	put32(tcp + 8, words->acknowledgement);
	tcp[12] = (TCP_SIZE + words->options_size) / 4 << 4;
	tcp[13] = words->flags;
	put16(tcp + 14, words->window);
	if (words->options_size)
		memcpy(tcp + TCP_SIZE, words->options, words->options_size);
	for (size_t i = 0; i < words->size; i++)
		tcp[TCP_SIZE + words->options_size + i] = byte_at(words->from + i);
	packet_tcp_sum(tcp, size, from, to);
	return tcp - frame + size;
}

static bool sums_hold(const uint8_t *frame, size_t size)
{
	uint8_t rest[8] = { [7] = IPPROTO_TCP };
	struct packet packet;

	if (!packet_parse(frame, size, &packet))
		return false;
	put32(rest, packet.size);
	return (packet.v6 || offload_fold(offload_sum(frame + ETHER_SIZE, 20, 0)) == 0xffff) &&
	       offload_fold(offload_sum(packet.payload, packet.size, offload_sum(packet.from, 16,
			    offload_sum(packet.to, 16, offload_sum(rest, 8, 0))))) == 0xffff;
}

/* ---- the path to the machine ---------------------------------------------------- */

static struct {
	struct frame *frames[4096];
	size_t nr;
	unsigned int loss, reorder;	/* frames per 1000 */
	unsigned int bad;		/* frames with a wrong checksum, in both directions */
	bool cut;
} way;

static void way_add(struct frame *frame)
{
	way.bad += !sums_hold(frame->data, frame->size);
	if (way.cut || number(1000) < way.loss || way.nr == 4096)
		return;
	way.frames[way.nr++] = frame_get(frame);
	if (way.nr > 1 && number(1000) < way.reorder) {
		struct frame *last = way.frames[way.nr - 1];

		way.frames[way.nr - 1] = way.frames[way.nr - 2];
		way.frames[way.nr - 2] = last;
	}
}

static void way_clear(void)
{
	while (way.nr)
		frame_put(way.frames[--way.nr]);
}

/* ---- libslirp ---------------------------------------------------------------------- */

static struct {
	uint32_t heard;			/* bytes from the machine that libslirp has acknowledged */
	uint32_t start, una, next, max, end, mss, window;
	uint64_t progress;
	bool reset, fin;
	struct words last;
} sender;

static void sender_hear(const uint8_t *frame, size_t size)
{
	struct packet packet;

	way.bad += !sums_hold(frame, size);
	/* Segments for connections of earlier tests may still arrive. */
	if (!packet_parse(frame, size, &packet) || packet.source != near_port)
		return;
	sender.last = (struct words) {
		.sequence = get32(packet.payload + 4), .acknowledgement = get32(packet.payload + 8),
		.flags = packet.payload[13], .window = get16(packet.payload + 14),
	};
	if (sender.last.flags & TCP_RST)
		sender.reset = true;
	if ((int32_t)(sender.last.acknowledgement - sender.una) < 0 ||
	    (int32_t)(sender.last.acknowledgement - sender.max) > 0)
		return;
	if (sender.last.acknowledgement != sender.una)
		sender.progress = now;
	sender.una = sender.last.acknowledgement;
	if ((int32_t)(sender.una - sender.next) > 0)
		sender.next = sender.una;
	sender.window = sender.last.window;
}

static void deliver(const uint8_t *data, size_t size)
{
	struct frame *frame;

	if (local_ack_deliver(data, size))
		return;
	frame = frame_new(size);
	if (!frame)
		return;
	memcpy(frame->data, data, size);
	frame->size = size;
	way_add(frame);
	frame_put(frame);
}

static void sender_say(uint8_t flags, const uint8_t *options, size_t options_size, size_t size)
{
	static uint8_t frame[FRAME_BIG];
	struct words words = {
		.sequence = sender.next, .acknowledgement = 5001 + sender.heard,
		.flags = flags, .window = 8000, .size = size,
		.options = options, .options_size = options_size,
		.from = sender.next - sender.start,
	};

	size = segment_make(frame, true, &words);
	sender.next += words.size + !!(flags & (TCP_SYN | TCP_FIN));
	if ((int32_t)(sender.next - sender.max) > 0)
		sender.max = sender.next;
	deliver(frame, size);
}

static void sender_run(void)
{
	if (sender.una != sender.next && now - sender.progress > 1000 * MS) {
		sender.next = sender.una;
		sender.progress = now;
	}
	while ((int32_t)(sender.end - sender.next) > 0) {
		uint32_t left = sender.end - sender.next, size = sender.mss;
		uint32_t room = sender.una + sender.window - sender.next;

		size = left < size ? left : size;
		if ((int32_t)room < (int32_t)size) {
			/* One byte probes whether a closed window has opened. */
			if (sender.una != sender.next || now - sender.progress < 500 * MS)
				break;
			size = 1;
			sender.progress = now;
		}
		sender_say(TCP_ACK | PSH | (sender.fin && size == left ? TCP_FIN : 0), NULL, 0,
			   size);
		if (sender.una == sender.next - size)
			sender.progress = now;
	}
}

/* ---- the machine --------------------------------------------------------------------- */

static struct {
	uint32_t start, next, read, room;	/* room: bytes of buffer */
	uint32_t edge;
	uint8_t got[STREAM_MAX];
	unsigned int loss;			/* lost acknowledgements per 1000 */
	bool wrong, overrun, fin;
} machine;

static void machine_say(uint8_t flags, const uint8_t *options, size_t options_size, size_t size)
{
	uint8_t frame[2000];
	uint32_t room = machine.room - (machine.next - machine.read);
	uint32_t window = room >> (flags & TCP_SYN ? 0 : SCALE);
	struct words words = {
		.sequence = flags & TCP_SYN ? 5000 : 5001, .acknowledgement = machine.next,
		.flags = flags, .window = window > 65535 ? 65535 : window,
		.options = options, .options_size = options_size, .size = size,
	};
	uint32_t edge = machine.next + (words.window << (flags & TCP_SYN ? 0 : SCALE));
	size_t frame_size = segment_make(frame, false, &words);

	if ((int32_t)(edge - machine.edge) > 0)
		machine.edge = edge;
	if (number(1000) < machine.loss)
		return;
	if (!local_ack_accept(frame, frame_size))
		sender_hear(frame, frame_size);
}

static void machine_hear(const struct frame *frame)
{
	struct packet packet;
	const uint8_t *data;
	uint32_t place, size;

	if (!packet_parse(frame->data, frame->size, &packet))
		bail("the machine received an invalid frame");
	if (packet.port != near_port)
		return;
	data = packet.payload + (packet.payload[12] >> 4) * 4;
	size = packet.payload + packet.size - data;
	place = get32(packet.payload + 4) - machine.start;
	if (packet.payload[13] & (TCP_SYN | TCP_RST))
		return;
	if (size && (int32_t)(get32(packet.payload + 4) + size - machine.edge) > 0) {
		/* A byte that probes the window may exceed it. */
		machine.overrun |= size > 1;
		machine_say(TCP_ACK, NULL, 0, 0);
		return;
	}
	for (uint32_t i = 0; i < size; i++) {
		if (place + i >= STREAM_MAX || data[i] != byte_at(place + i))
			machine.wrong = true;
		else
			machine.got[place + i] = 1;
	}
	while (machine.next - machine.start < STREAM_MAX &&
	       machine.got[machine.next - machine.start])
		machine.next++;
	if (packet.payload[13] & TCP_FIN && machine.next == get32(packet.payload + 4) + size) {
		machine.fin = true;
		machine.next++;
	}
	if (size || machine.fin)
		machine_say(TCP_ACK, NULL, 0, 0);
}

static void machine_run(uint32_t rate)
{
	size_t nr = way.nr;
	bool closed = machine.edge - machine.next < sender.mss;

	for (size_t i = 0; i < nr; i++) {
		machine_hear(way.frames[i]);
		frame_put(way.frames[i]);
	}
	/* The answers may have added further frames. */
	memmove(way.frames, way.frames + nr, (way.nr - nr) * sizeof(way.frames[0]));
	way.nr -= nr;
	machine.read += machine.next - machine.read < rate ? machine.next - machine.read : rate;
	if (closed && machine.room - (machine.next - machine.read) > 2 * sender.mss)
		machine_say(TCP_ACK, NULL, 0, 0);
}

/* ---- a connection ----------------------------------------------------------------------- */

static void to_machine(struct frame *frame)
{
	way_add(frame);
}

static const struct local_ack_ends ends = { to_machine, sender_hear };

static void everything_reset(uint32_t size, uint32_t mss)
{
	way_clear();
	way.loss = way.reorder = way.bad = way.cut = 0;
	memset(&sender, 0, sizeof(sender));
	memset(&machine, 0, sizeof(machine));
	/* Start so that sequence numbers wrap during the test. */
	sender.una = sender.next = sender.max = 0xffffff00u - number(size + 1);
	sender.start = machine.start = machine.next = machine.read = machine.edge = sender.next + 1;
	sender.end = sender.start + size;
	sender.mss = mss;
	machine.room = 1 << 20;
	memset(&local_ack_counters, 0, sizeof(local_ack_counters));
}

/* Connects the machine: passes its SYN and libslirp's answer. */
static void connect_out(void)
{
	machine_say(TCP_SYN, ANY(2, 4, 5, 180, 1, 3, 3, SCALE), 8, 0);
	sender.next = sender.start - 1;
	sender_say(TCP_SYN | TCP_ACK, ANY(2, 4, 5, 180), 4, 0);
	sender.una = sender.next;
	machine_run(0);
	machine_say(TCP_ACK, NULL, 0, 0);
	sender.progress = now;
}

static uint32_t run(uint32_t rate, unsigned int steps)
{
	while (steps-- && (sender.una != sender.end || machine.next != sender.end)) {
		sender_run();
		local_ack_run();
		machine_run(rate);
		local_ack_run();
		clock_forward(STEP);
	}
	return machine.next - machine.start;
}

/* Ends a connection, so that none of its frames reaches another test. */
static void hang_up(void)
{
	sender_say(TCP_RST, NULL, 0, 0);
	near_port++;
}

/* ---- claims ----------------------------------------------------------------------- */

static void test_handshake(void)
{
	struct packet packet;
	const struct frame *answer;

	everything_reset(0, 1460);
	machine_say(TCP_SYN, ANY(2, 4, 5, 180, 1, 3, 3, SCALE), 8, 0);
	sender_say(TCP_SYN | TCP_ACK, ANY(2, 4, 5, 180), 4, 0);
	answer = way.frames[0];
	ok(way.nr == 1 && packet_parse(answer->data, answer->size, &packet) &&
	   packet.size == TCP_SIZE + 8 &&
	   !memcmp(packet.payload + TCP_SIZE, ANY(2, 4, 5, 180, 1, 3, 3, 0), 8) && !way.bad,
	   "the answer to a machine that scales its windows has a scale option");
	machine_run(0);
	near_port++;
	machine_say(TCP_SYN, ANY(2, 4, 5, 180), 4, 0);
	sender_say(TCP_SYN | TCP_ACK, ANY(2, 4, 5, 180), 4, 0);
	ok(way.nr == 1 && packet_parse(way.frames[0]->data, way.frames[0]->size, &packet) &&
	   packet.size == TCP_SIZE + 4,
	   "the answer to a machine that does not scale is unchanged");
	machine_run(0);
	near_port++;
	sender_say(TCP_SYN, ANY(2, 4, 5, 180), 4, 0);
	ok(way.nr == 1 && packet_parse(way.frames[0]->data, way.frames[0]->size, &packet) &&
	   packet.size == TCP_SIZE + 8,
	   "a connection from outside offers window scaling");
	machine_run(0);
	near_port++;
	sender_say(TCP_SYN, NULL, 0, 0);
	way.bad += way.nr != 1;
	machine_run(0);
	near_port++;
	uint8_t full[40];
	memset(full, 1, sizeof(full));
	sender_say(TCP_SYN, full, 40, 0);
	ok(way.nr == 1 && packet_parse(way.frames[0]->data, way.frames[0]->size, &packet) &&
	   packet.size == 60 && !way.bad,
	   "a SYN without room for the option is unchanged");
	machine_run(0);
	near_port++;
}

static void test_stream(const char *what, uint32_t mss, uint32_t rate, unsigned int loss,
			unsigned int reorder, bool ahead)
{
	uint32_t size = loss ? 1 << 20 : STREAM_MAX - 1000, got;

	everything_reset(size, mss);
	connect_out();
	way.loss = machine.loss = loss;
	way.reorder = reorder;
	got = run(rate, 2000000);
	if (!ok(got == size && sender.una == sender.end && !machine.wrong && !machine.overrun &&
		!way.bad,
		"%s, segments of %u bytes: the stream arrives complete and within the window",
		what, mss))
		diag("%u of %u bytes, acknowledged %u, wrong %d, overrun %d, bad %u", got, size,
		     sender.una - sender.start,
		     machine.wrong, machine.overrun, way.bad);
	if (loss)
		ok(local_ack_counters.repeated, "lost frames are retransmitted (%llu)",
		   (unsigned long long)local_ack_counters.repeated);
	else
		ok(!local_ack_counters.repeated, "no frame is retransmitted");
	if (ahead)
		ok(local_ack_counters.ahead > size / 4,
		   "most of the stream runs ahead (%llu of %u bytes)",
		   (unsigned long long)local_ack_counters.ahead, size);
	hang_up();
}

/*
 * Uses up all frames from time to time. The uplink then keeps no copy of some data, and must not
 * mistake the data after this gap for the data in the gap.
 */
static void test_shortage(void)
{
	static struct frame *taken[FRAME_POOL_MAX];
	uint32_t got = 0;

	everything_reset(STREAM_MAX - 1000, 1460);
	connect_out();
	way.loss = 5;
	for (int i = 0; i < 400 && got < STREAM_MAX - 1000; i++) {
		size_t nr = 0;

		got = run(60000, 1 + number(3));
		while (nr < FRAME_POOL_MAX && (taken[nr] = frame_new(1)))
			nr++;
		/* Send part of a window during the shortage. */
		sender.window /= 3;
		sender_run();
		sender.window *= 3;
		while (nr)
			frame_put(taken[--nr]);
		sender_run();
	}
	got = run(1 << 20, 2000000);
	ok(got == STREAM_MAX - 1000 && sender.una == sender.end && !machine.wrong &&
	   !machine.overrun && !way.bad,
	   "the stream arrives complete although memory is short at times");
	hang_up();
}

/* Starts a stream that does not reach the machine, so that libslirp runs ahead. */
static void run_ahead(void)
{
	everything_reset(1 << 20, 32768);
	connect_out();
	way.cut = true;
	run(1 << 20, 100);
}

static void test_patience(void)
{
	uint64_t began;

	run_ahead();
	ok(sender.next - machine.next > 65535, "more than 64 KB are on their way (%u)",
	   sender.next - machine.next);
	ok(sender.next - machine.next <= (256 + 64) * 1024,
	   "no more than 256 KB and libslirp's window are on their way");
	clock_forward(75000 * MS);
	way.cut = false;
	ok(run(1 << 20, 2000000) == 1 << 20 && !machine.wrong,
	   "a machine that was stopped for 75 s loses no data");
	near_port++;

	run_ahead();
	for (began = now; !sender.reset && now - began < 2000000 * MS; )
		clock_forward(1000 * MS);
	ok(sender.reset && now - began > 900000 * MS && local_ack_counters.given_up == 1,
	   "the connection is reset after 15 minutes without an answer");
	ok(local_ack_counters.repeated > 10 && local_ack_counters.repeated < 40,
	   "data is retransmitted until the connection is reset (%llu times)",
	   (unsigned long long)local_ack_counters.repeated);
	near_port++;
}

static void test_short(void)
{
	everything_reset(10000, 1000);
	connect_out();
	sender_say(TCP_ACK | PSH, NULL, 0, 1000);
	local_ack_run();
	ok(sender.una == sender.start && !local_ack_counters.ahead,
	   "a short message is not acknowledged ahead");
	machine_run(1000);
	ok(sender.una == sender.start + 1000, "the machine acknowledges a short message");
	machine_say(TCP_ACK | PSH, NULL, 0, 100);
	ok(sender.last.acknowledgement == machine.next && sender.last.window == 65535 && !way.bad,
	   "libslirp gets a window of at most 64 KB with the data of the machine");
	near_port++;
}

static void test_end(void)
{
	unsigned int in_use = frame_in_use();

	everything_reset(200000, 30000);
	connect_out();
	sender.fin = true;
	for (int i = 0; i < 5; i++) {
		sender_run();
		local_ack_run();
	}
	ok(sender.una == sender.end || sender.una == sender.end - 200000 % 30000,
	   "data is acknowledged ahead");
	ok(sender.next == sender.end + 1 && sender.una != sender.next,
	   "a FIN is not acknowledged ahead");
	for (int i = 0; i < 10; i++)
		machine_run(1 << 20);
	ok(machine.fin && sender.una == sender.next, "the machine acknowledges the FIN");
	ok(frame_in_use() == in_use, "no frame is kept after the end");
	near_port++;

	run_ahead();
	sender_say(TCP_RST | TCP_ACK, NULL, 0, 0);
	way.cut = false;
	for (int i = 0; i < 100; i++)
		clock_forward(1000 * MS);
	ok(!way.nr && frame_in_use() == in_use, "no frame is retransmitted after a reset");
	near_port++;
}

/* A machine may reject a kept frame that still has its old acknowledgement number. */
static void test_old(void)
{
	struct packet packet;

	run_ahead();
	sender.heard = 200000;
	sender_say(TCP_ACK, NULL, 0, 0);
	way.cut = false;
	clock_forward(1000 * MS);
	ok(way.nr && packet_parse(way.frames[0]->data, way.frames[0]->size, &packet) &&
	   get32(packet.payload + 8) == 205001 && !way.bad,
	   "a retransmitted frame has the current acknowledgement number");
	hang_up();
}

/* A retransmitted SYN must not end an open connection. */
static void test_twice(void)
{
	run_ahead();
	machine_say(TCP_SYN, ANY(2, 4, 5, 180, 1, 3, 3, SCALE), 8, 0);
	way.cut = false;
	ok(run(1 << 20, 2000000) == 1 << 20 && !machine.wrong,
	   "a retransmitted SYN does not disturb the stream");
	hang_up();
}

/* libslirp retransmits acknowledged data, as if it had missed the acknowledgement. */
static void test_deaf(void)
{
	uint32_t una, next;

	run_ahead();
	una = sender.una;
	next = sender.next;
	sender.next = sender.una = machine.next;
	way.cut = false;
	sender_say(TCP_ACK, NULL, 0, 30000);
	sender.next = next;
	local_ack_run();
	ok(sender.una == una && una != machine.next && !way.nr,
	   "a missed acknowledgement is sent again");
	hang_up();
}

static void test_many(void)
{
	unsigned int in_use;

	everything_reset(0, 1460);
	in_use = frame_in_use();
	way.cut = true;
	for (int i = 0; i < 10000; i++) {
		near_port++;
		machine_say(TCP_SYN, ANY(2, 4, 5, 180, 1, 3, 3, SCALE), 8, 0);
		sender.next = 1;
		sender_say(TCP_SYN | TCP_ACK, ANY(2, 4, 5, 180), 4, 0);
	}
	ok(frame_in_use() == in_use, "10000 connections that fail use no frames");
	for (int i = 0; i < 400; i++) {
		run_ahead();
		near_port++;
	}
	in_use = frame_in_use() - in_use;
	ok(in_use > 300 && in_use <= 520, "400 machines that do not answer use %u frames", in_use);
	way.cut = false;
	test_stream("beside these machines", 1460, 4 << 20, 0, 0, false);
	ok(!local_ack_counters.ahead, "without room for frames nothing runs ahead");
}

/* Segments with random errors: only the sanitizers can fail this test. */
static void test_noise(int count)
{
	static uint8_t frame[4000];

	everything_reset(1 << 20, 1460);
	for (int i = 0; i < count; i++) {
		bool to_machine = number(2);
		struct words words = {
			.sequence = number(2) ? number(100000) : number(UINT32_MAX),
			.acknowledgement = number(2) ? number(100000) : number(UINT32_MAX),
			.flags = number(4) ? TCP_ACK : number(64), .window = number(65536),
			.options = ANY(3, 3, 7, 1, 3, 3, 99, 0, 3, 3, 3, 9),
			.options_size = 4 * number(4), .size = number(3) ? number(2000) : 0,
		};
		uint8_t *exact;
		size_t size;

		near_port = 1000 + number(5);
		size = segment_make(frame, to_machine, &words);
		for (int flips = number(4) ? 0 : number(4); flips; flips--)
			frame[12 + number(70)] ^= 1 << number(8);
		exact = malloc(size);
		memcpy(exact, frame, size);
		if (to_machine)
			local_ack_deliver(exact, number(10) ? size : number(size));
		else
			local_ack_accept(exact, number(10) ? size : number(size));
		free(exact);
		local_ack_run();
		way_clear();
		clock_forward(number(1000) ? MS : 100000 * MS);
	}
	ok(true, "%d segments with errors do no harm", count);
}

int main(void)
{
	number_seed("LOCAL_ACK_SEED");
	local_ack_init(&ends);
	for (int i = 0; i < 2; i++) {
		v6 = i;
		memcpy(far, v6 ? ANY(0xfe, 0xc0, [15] = 2) : ANY([10] = 0xff, 0xff, 10, 0, 2, 2),
		       16);
		memcpy(near, v6 ? ANY(0xfe, 0xc0, [15] = 21) : ANY([10] = 0xff, 0xff, 10, 0, 2, 15),
		       16);
		diag("IPv%d", v6 ? 6 : 4);
		test_handshake();
		test_stream("a path without losses", 32768, 4 << 20, 0, 0, true);
		test_stream("a path without losses", 1460, 4 << 20, 0, 0, true);
		test_stream("a machine that reads slowly", 32768, 3000, 0, 0, false);
		test_stream("a machine that reads slowly", 536, 500, 0, 0, false);
		test_stream("a path that loses 1 %", 1460, 4 << 20, 10, 0, true);
		test_stream("a path that loses 10 % and reorders", 8000, 4 << 20, 100, 300, true);
		test_patience();
		test_short();
		test_end();
		test_deaf();
		test_old();
		test_twice();
	}
	test_shortage();
	test_many();
	test_noise(200000);
	local_ack_release();
	way_clear();
	ok(!nr_timers, "no timer is left");
	is(frame_in_use(), 0, "all frames are released");
	return tap_done();
}
