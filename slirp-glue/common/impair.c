// SPDX-License-Identifier: GPL-2.0-only
/*
 * impair.c - delay, lose and slow down frames in one direction of a cable
 *
 * Each port of the switch and each uplink has a struct impair for each direction (cable.c).
 * Chance decides first whether a frame is lost. Otherwise the frame waits for the line (rate) and
 * then travels (delay, jitter). Jitter alone never reorders frames: a frame arrives no earlier
 * than the previous frame. Frames that `reorder` selects are not delayed and so overtake
 * others.
 *
 * Each frame on its way has a timer in the event loop, which fires timers for the same time in the
 * order in which they were set. Called by cable.c, port.c and uplink.c, only on the thread that
 * runs the event loop.
 */
#include "common/impair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/loop.h"

enum { MILLION = 1000000 };

/* A frame on its way. */
struct impair_waiting {
	struct loop_timer timer;
	struct cds_list_head link;	/* in impair.waiting */
	struct impair *impair;
	struct frame *frame;
};

/* Returns a number below @limit (xorshift64*): random enough for losing frames, reproducible. */
static uint32_t random_below(struct impair *impair, uint64_t limit)
{
	uint64_t x = impair->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	impair->random = x;
	return (x * 0x2545f4914f6cdd1dULL >> 32) * limit >> 32;
}

static bool happens(struct impair *impair, uint32_t probability)
{
	return probability && random_below(impair, MILLION) < probability;
}

bool impair_active(const struct impair *impair)
{
	static const struct impair_settings perfect;

	return impair->nr_waiting || memcmp(&impair->settings, &perfect, sizeof(perfect));
}

static uint64_t travel_time(struct impair *impair)
{
	const struct impair_settings *s = &impair->settings;
	uint64_t span = 2 * s->jitter / 1000, time;

	if (!span)
		return s->delay;
	/* Choose in microseconds, because 32 random bits span more than an hour of them. */
	time = s->delay + random_below(impair, span + 1) * 1000ULL;
	return time > s->jitter ? time - s->jitter : 0;
}

unsigned int impair_plan(struct impair *impair, uint32_t size, uint64_t now, uint64_t when[2])
{
	const struct impair_settings *s = &impair->settings;
	uint64_t sent = now;

	if (happens(impair, s->loss))
		return 0;
	if (s->rate) {
		if (impair->free_at < now)
			impair->free_at = now;
		if (impair->free_at - now > IMPAIR_BACKLOG_MAX * 1000000ULL)
			return 0;
		impair->free_at += (uint64_t)size * 8 * 1000000000ULL / s->rate;
		sent = impair->free_at;
	}
	if (happens(impair, s->reorder)) {
		when[0] = sent;
	} else {
		when[0] = sent + travel_time(impair);
		if (when[0] < impair->last)
			when[0] = impair->last;
		impair->last = when[0];
	}
	when[1] = when[0];
	return happens(impair, s->duplicate) ? 2 : 1;
}

/* ---- frames on their way -------------------------------------------------- */

static void waiting_remove(struct impair_waiting *waiting)
{
	loop_timer_set(&waiting->timer, 0);
	cds_list_del(&waiting->link);
	waiting->impair->nr_waiting--;
	frame_put(waiting->frame);
	free(waiting);
}

static void waiting_arrive(struct loop_timer *timer)
{
	struct impair_waiting *waiting = container_of(timer, struct impair_waiting, timer);
	struct impair *impair = waiting->impair;
	struct frame *frame = frame_get(waiting->frame);

	/* Remove the entry first, because deliver() may call impair_release(). */
	waiting_remove(waiting);
	impair->deliver(impair, frame);
	frame_put(frame);
}

static bool waiting_add(struct impair *impair, struct frame *frame, uint64_t when)
{
	struct impair_waiting *waiting;

	if (impair->nr_waiting == IMPAIR_WAITING_MAX)
		return false;
	waiting = calloc(1, sizeof(*waiting));
	if (!waiting)
		return false;
	waiting->timer.fire = waiting_arrive;
	waiting->impair = impair;
	waiting->frame = frame_hold(frame);
	cds_list_add_tail(&waiting->link, &impair->waiting);
	impair->nr_waiting++;
	loop_timer_set(&waiting->timer, when);
	return true;
}

bool impair_send(struct impair *impair, struct frame *frame)
{
	uint64_t when[2];
	unsigned int copies = impair_plan(impair, frame->size, loop_now(), when);
	bool sent = false;

	for (unsigned int i = 0; i < copies; i++) {
		if (when[i] <= loop_now() && !impair->nr_waiting) {
			impair->deliver(impair, frame);
			sent = true;
		} else {
			sent |= waiting_add(impair, frame, when[i]);
		}
	}
	return sent;
}

void impair_init(struct impair *impair, uint64_t seed, impair_deliver_fn *deliver)
{
	*impair = (struct impair) {
		.random = seed ? seed : 1,
		.deliver = deliver,
	};
	CDS_INIT_LIST_HEAD(&impair->waiting);
}

void impair_release(struct impair *impair)
{
	struct impair_waiting *waiting, *next;

	cds_list_for_each_entry_safe(waiting, next, &impair->waiting, link)
		waiting_remove(waiting);
	impair->free_at = impair->last = 0;
}

/* ---- text ----------------------------------------------------------------- */

struct unit {
	const char *name;
	double factor;			/* how many of the smallest unit */
};

static const struct unit times[] = {
	{ "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { NULL, 0 },
};
static const struct unit rates[] = {
	{ "bit", 1 }, { "kbit", 1e3 }, { "mbit", 1e6 }, { "gbit", 1e9 }, { NULL, 0 },
};
static const struct unit parts[] = { { "%", 1e4 }, { NULL, 0 } };

static const struct setting {
	const char *name;
	const struct unit *units;
	double max;			/* in the smallest unit */
	size_t offset, size;		/* of the field in struct impair_settings */
} settings[] = {
#define FIELD(name) .offset = offsetof(struct impair_settings, name), \
	.size = sizeof(((struct impair_settings *)0)->name)
	{ .name = "delay", .units = times, .max = 60e9, FIELD(delay) },
	{ .name = "jitter", .units = times, .max = 60e9, FIELD(jitter) },
	{ .name = "rate", .units = rates, .max = 1e12, FIELD(rate) },
	{ .name = "loss", .units = parts, .max = 1e6, FIELD(loss) },
	{ .name = "dup", .units = parts, .max = 1e6, FIELD(duplicate) },
	{ .name = "reorder", .units = parts, .max = 1e6, FIELD(reorder) },
#undef FIELD
};

enum { NR_SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static uint64_t setting_get(const struct impair_settings *from, const struct setting *setting)
{
	const char *at = (const char *)from + setting->offset;

	return setting->size == 8 ? *(const uint64_t *)at : *(const uint32_t *)at;
}

static void setting_put(struct impair_settings *to, const struct setting *setting,
			uint64_t value)
{
	char *at = (char *)to + setting->offset;

	if (setting->size == 8)
		*(uint64_t *)at = value;
	else
		*(uint32_t *)at = value;
}

static int value_parse(const char *text, const struct setting *setting, uint64_t *value)
{
	const struct unit *unit;
	double number;
	char *end;

	if (!strcmp(text, "off") || !strcmp(text, "0")) {
		*value = 0;
		return 0;
	}
	number = strtod(text, &end);
	/* strtod() also reads "inf", "nan", exponents, hexadecimal and negative numbers. */
	if (end == text || strspn(text, "0123456789.") != (size_t)(end - text))
		return -EINVAL;
	for (unit = setting->units; unit->name; unit++) {
		if (strcmp(end, unit->name))
			continue;
		number *= unit->factor;
		if (!(number >= 0 && number <= setting->max))
			return -EINVAL;
		*value = number + 0.5;
		return 0;
	}
	return -EINVAL;
}

int impair_parse(struct impair_settings *to, const char *word)
{
	const char *equals = strchr(word, '=');
	uint64_t value;

	for (size_t i = 0; equals && i < NR_SETTINGS; i++) {
		if (strncmp(word, settings[i].name, equals - word) ||
		    settings[i].name[equals - word])
			continue;
		if (value_parse(equals + 1, &settings[i], &value))
			return -EINVAL;
		setting_put(to, &settings[i], value);
		return 0;
	}
	return -EINVAL;
}

void impair_describe(const struct impair_settings *from, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < NR_SETTINGS; i++) {
		const struct unit *unit = settings[i].units, *best = unit;
		uint64_t value = setting_get(from, &settings[i]);

		if (!value)
			continue;
		for (; unit->name; unit++)
			if (value >= unit->factor)
				best = unit;
		used += snprintf(text + used, size - used, "%s%s=%.10g%s", used ? " " : "",
				 settings[i].name, value / best->factor, best->name);
		if (used >= size)
			return;
	}
}
