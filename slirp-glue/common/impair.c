// SPDX-License-Identifier: GPL-2.0-only
/*
 * impair.c - bad cables: delay, loss, limited rate of what leaves a port, or enters it
 *
 * A frame is first lost or not, then waits for the line (rate), then travels (delay,
 * jitter). Jitter alone never reorders: a frame arrives no earlier than the one before
 * it. Those that `reorder` picks take no time to travel and so overtake others.
 *
 * Frames on their way are in a heap by time of arrival; equal times keep their order by
 * a sequence number. One timer stands for the first of them.
 */
#include "common/impair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MILLION 1000000

struct impair_waiting {
	uint64_t when;
	uint64_t sequence;
	struct frame *frame;
};

/* xorshift64*: good enough to lose frames by, and repeatable for a seed. */
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
	/* In microseconds: 32 random bits span more than an hour of them. */
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

static bool earlier(const struct impair_waiting *a, const struct impair_waiting *b)
{
	return a->when < b->when || (a->when == b->when && a->sequence < b->sequence);
}

static bool waiting_add(struct impair *impair, struct frame *frame, uint64_t when)
{
	struct impair_waiting new = { .when = when, .sequence = impair->sequence++ }, *heap;
	uint32_t place = impair->nr_waiting;

	if (place == IMPAIR_WAITING_MAX)
		return false;
	if (place == impair->room) {
		uint32_t room = place ? 2 * place : 64;

		heap = realloc(impair->waiting, room * sizeof(*heap));
		if (!heap)
			return false;
		impair->waiting = heap;
		impair->room = room;
	}
	new.frame = frame_hold(frame);
	heap = impair->waiting;
	for (; place && earlier(&new, &heap[(place - 1) / 2]); place = (place - 1) / 2)
		heap[place] = heap[(place - 1) / 2];
	heap[place] = new;
	impair->nr_waiting++;
	return true;
}

static struct frame *waiting_take(struct impair *impair)
{
	struct impair_waiting *heap = impair->waiting, last = heap[--impair->nr_waiting];
	struct frame *first = heap[0].frame;
	uint32_t place = 0;

	for (;;) {
		uint32_t child = 2 * place + 1;

		if (child + 1 < impair->nr_waiting && earlier(&heap[child + 1], &heap[child]))
			child++;
		if (child >= impair->nr_waiting || earlier(&last, &heap[child]))
			break;
		heap[place] = heap[child];
		place = child;
	}
	heap[place] = last;
	return first;
}

static void waiting_deliver(struct loop_timer *timer)
{
	struct impair *impair = container_of(timer, struct impair, timer);

	while (impair->nr_waiting && impair->waiting[0].when <= loop_now()) {
		struct frame *frame = waiting_take(impair);

		impair->deliver(impair, frame);
		frame_put(frame);
	}
	loop_timer_set(timer, impair->nr_waiting ? impair->waiting[0].when : 0);
}

bool impair_send(struct impair *impair, struct frame *frame)
{
	uint64_t when[2];
	unsigned int i, copies = impair_plan(impair, frame->size, loop_now(), when);
	bool sent = false;

	for (i = 0; i < copies; i++) {
		if (when[i] <= loop_now() && !impair->nr_waiting) {
			impair->deliver(impair, frame);
			sent = true;
		} else {
			sent |= waiting_add(impair, frame, when[i]);
		}
	}
	if (impair->nr_waiting)
		loop_timer_set(&impair->timer, impair->waiting[0].when);
	return sent;
}

void impair_init(struct impair *impair, uint64_t seed,
		 void (*deliver)(struct impair *impair, struct frame *frame))
{
	*impair = (struct impair) {
		.random = seed ? seed : 1,
		.deliver = deliver,
		.timer.fire = waiting_deliver,
	};
}

void impair_release(struct impair *impair)
{
	loop_timer_set(&impair->timer, 0);
	while (impair->nr_waiting)
		frame_put(waiting_take(impair));
	free(impair->waiting);
	impair->waiting = NULL;
	impair->room = 0;
	impair->free_at = impair->last = 0;
}

/* ---- text ----------------------------------------------------------------- */

struct unit {
	const char *name;
	double factor;
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
	double max;
	size_t offset;
	size_t size;
} settings[] = {
#define FIELD(name) offsetof(struct impair_settings, name), \
	sizeof(((struct impair_settings *)0)->name)
	{ "delay", times, 60e9, FIELD(delay) },
	{ "jitter", times, 60e9, FIELD(jitter) },
	{ "rate", rates, 1e12, FIELD(rate) },
	{ "loss", parts, 1e6, FIELD(loss) },
	{ "dup", parts, 1e6, FIELD(duplicate) },
	{ "reorder", parts, 1e6, FIELD(reorder) },
};

#define NR_SETTINGS (sizeof(settings) / sizeof(settings[0]))

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
	/* It also reads "inf", "nan", exponents, hexadecimal and negative numbers. */
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
