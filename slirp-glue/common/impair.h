/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * impair.h - bad cables: delay, loss, limited rate of what leaves a port, or enters it
 */
#ifndef IMPAIR_H
#define IMPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/frame.h"
#include "common/loop.h"

/* Probabilities are in parts per million. All zero: a perfect cable. */
struct impair_settings {
	uint64_t delay;			/* ns */
	uint64_t jitter;		/* ns: the delay differs by up to this, either way */
	uint64_t rate;			/* bits per second; 0: no limit */
	uint32_t loss;
	uint32_t duplicate;
	uint32_t reorder;		/* these overtake: they are sent without the delay */
};

enum {
	IMPAIR_WAITING_MAX = 4096,	/* frames on their way; more are lost */
	IMPAIR_BACKLOG_MAX = 1000,	/* ms of waiting for the rate; more are lost */
};

struct impair_waiting;

struct impair {
	struct impair_settings settings;
	uint64_t free_at;		/* when the line has sent all it was given */
	uint64_t last;			/* when the last frame in order arrives */
	uint64_t random;
	struct impair_waiting *waiting;	/* a heap by arrival */
	uint32_t nr_waiting, room;
	uint64_t sequence;
	struct loop_timer timer;
	void (*deliver)(struct impair *impair, struct frame *frame);
};

void impair_init(struct impair *impair, uint64_t seed,
		 void (*deliver)(struct impair *impair, struct frame *frame));
void impair_release(struct impair *impair);	/* drops what is on its way */
bool impair_active(const struct impair *impair);

/*
 * impair_plan - what happens to a frame of @size bytes that is sent at @now: returns the
 * number of copies that arrive (0 to 2) and when.
 */
unsigned int impair_plan(struct impair *impair, uint32_t size, uint64_t now, uint64_t when[2]);

/* impair_send - carry that out. False: the frame was lost. */
bool impair_send(struct impair *impair, struct frame *frame);

/*
 * impair_parse - one setting: "delay=10ms", "jitter=500us", "loss=1%", "dup=0.1%",
 * "reorder=5%", "rate=10mbit" ("0" or "off" ends each). -EINVAL: no such thing.
 * impair_describe - the same back, words separated by blanks; empty for a perfect cable.
 */
int impair_parse(struct impair_settings *settings, const char *word);
void impair_describe(const struct impair_settings *settings, char *text, size_t size);

#endif /* IMPAIR_H */
