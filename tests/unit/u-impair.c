// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-impair.c - test what the settings of a cable do to frames (slirp-glue/common/impair.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "common/impair.h"

#include "common/loop.h"
#include "tap.h"

#define MS 1000000ULL

static void deliver(struct impair *impair, struct frame *frame)
{
}

static void settings_read(struct impair *impair, const char *const *words)
{
	impair_init(impair, 42, deliver);
	for (; *words; words++)
		if (impair_parse(&impair->settings, *words))
			bail("%s is refused", *words);
}

#define SETTINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_parse(void)
{
	static const char *const bad[] = {
		"delay=10", "delay=-1ms", "delay=ms", "delay=1e9s", "loss=101%", "loss=5",
		"rate=0x10mbit",
		"rate=nanmbit", "speed=1", "delay", "", "=", "jitter=infs", "loss=", "dup=1%%",
	};
	struct impair_settings settings = { 0 };
	char text[200];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(impair_parse(&settings, bad[i]) == -EINVAL, "'%s' is rejected", bad[i]);
	ok(!impair_parse(&settings, "delay=1.5ms") && settings.delay == 1500000,
	   "delay=1.5ms is read as nanoseconds");
	ok(!impair_parse(&settings, "loss=0.01%") && settings.loss == 100,
	   "loss=0.01%% is read as parts per million");
	ok(!impair_parse(&settings, "rate=10mbit") && settings.rate == 10000000,
	   "rate=10mbit is read as bits per second");
	impair_describe(&settings, text, sizeof(text));
	ok(!strcmp(text, "delay=1.5ms rate=10mbit loss=0.01%"),
	   "settings are written as they are read");
	ok(!impair_parse(&settings, "delay=0") && !impair_parse(&settings, "loss=off") &&
	   !settings.delay &&
	   !settings.loss, "0 and off end a setting");
}

static void test_loss(void)
{
	struct impair impair;
	uint64_t when[2];
	int arrived = 0, doubled = 0;

	settings_read(&impair, SETTINGS("loss=10%", "dup=5%"));
	for (int i = 0; i < 100000; i++) {
		unsigned int copies = impair_plan(&impair, 100, 1000 * MS, when);

		arrived += copies > 0;
		doubled += copies > 1;
	}
	ok(arrived > 89500 && arrived < 90500,
	   "of 100000 frames at loss=10%% about 90000 arrive (%d)", arrived);
	ok(doubled > 4300 && doubled < 4700, "of these at dup=5%% about 4500 arrive twice (%d)",
	   doubled);
}

static void test_delay(void)
{
	struct impair impair;
	uint64_t when[2], least = ~0ULL, most = 0, last = 0;
	bool in_order = true;

	settings_read(&impair, SETTINGS("delay=20ms"));
	impair_plan(&impair, 100, 1000 * MS, when);
	is(when[0] - 1000 * MS, 20 * MS, "with delay=20ms a frame arrives 20 ms later");

	settings_read(&impair, SETTINGS("delay=20ms", "jitter=5ms"));
	for (int i = 0; i < 10000; i++) {
		uint64_t now = (1000 + 100 * i) * MS;

		impair_plan(&impair, 100, now, when);
		least = when[0] - now < least ? when[0] - now : least;
		most = when[0] - now > most ? when[0] - now : most;
	}
	ok(least >= 15 * MS && least < 16 * MS && most <= 25 * MS && most > 24 * MS,
	   "jitter=5ms varies the delay from 15 to 25 ms");
	for (int i = 0; i < 10000; i++) {
		impair_plan(&impair, 100, 2000000 * MS + i * MS / 10, when);
		in_order &= when[0] >= last;
		last = when[0];
	}
	ok(in_order, "jitter alone keeps frames in order");
}

static void test_reorder(void)
{
	struct impair impair;
	uint64_t when[2];
	int early = 0;

	settings_read(&impair, SETTINGS("delay=20ms", "reorder=25%"));
	for (int i = 0; i < 10000; i++) {
		impair_plan(&impair, 100, 1000 * MS, when);
		early += when[0] == 1000 * MS;
	}
	ok(early > 2300 && early < 2700,
	   "with reorder=25%% a quarter of the frames overtakes (%d of 10000)", early);
}

static void test_rate(void)
{
	struct impair impair;
	uint64_t when[2] = { 0 };
	int sent = 0;

	settings_read(&impair, SETTINGS("rate=8mbit"));
	for (int i = 0; i < 1000; i++)
		impair_plan(&impair, 1000, 1000 * MS, when);
	is(when[0] - 1000 * MS, 1000 * MS, "1000 frames of 1000 bytes at 8 Mbit/s take a second");
	for (int i = 0; i < 1000; i++)
		sent += impair_plan(&impair, 1000, 1000 * MS, when);
	ok(sent < 10, "frames that would wait for more than a second are lost");
	is(impair_plan(&impair, 1000, 3000 * MS, when), 1, "the line is free after a pause");
	is(when[0] - 3000 * MS, 1 * MS, "a free line sends at once");
}

static struct frame *order[3];
static int nr_order;

static void deliver_note(struct impair *impair, struct frame *frame)
{
	if (nr_order < 3)
		order[nr_order++] = frame;
}

static void test_waiting(void)
{
	struct impair impair;
	struct frame *a = frame_new(100), *b = frame_new(100);
	uint64_t end;

	loop_init();
	impair_init(&impair, 7, deliver_note);
	impair_parse(&impair.settings, "delay=5ms");
	a->size = b->size = 100;
	impair_send(&impair, a);
	impair_send(&impair, b);
	is(nr_order, 0, "a delayed frame does not arrive at once");
	end = loop_now_exact() + 2000 * MS;
	while (nr_order < 2 && loop_now_exact() < end)
		loop_turn(true);
	ok(nr_order == 2 && order[0] == a && order[1] == b,
	   "delayed frames arrive later, in order");
	is(a->refs, 1, "a frame that has arrived is not kept");
	impair_send(&impair, a);
	impair_release(&impair);
	is(a->refs, 1, "a cable that is cut drops the frames on their way");
	frame_put(a);
	frame_put(b);
}

int main(void)
{
	test_parse();
	test_loss();
	test_delay();
	test_reorder();
	test_rate();
	test_waiting();
	return tap_done();
}
