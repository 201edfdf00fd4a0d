/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * impair.h - delay, lose and slow down frames in one direction of a cable
 */
#ifndef IMPAIR_H
#define IMPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/frame.h"

/* Probabilities are in parts per million. All zero: a perfect cable. */
struct impair_settings {
	uint64_t delay;			/* ns */
	uint64_t jitter;		/* ns: the delay varies by up to this much, up or down */
	uint64_t rate;			/* bits per second; 0: no limit */
	uint32_t loss;
	uint32_t duplicate;
	uint32_t reorder;		/* frames that skip the delay and so overtake others */
};

enum {
	IMPAIR_WAITING_MAX = 4096,	/* frames on their way; further ones are lost */
	IMPAIR_BACKLOG_MAX = 1000,	/* longest wait for the rate in ms; later frames are lost */
};

struct impair;
typedef void impair_deliver_fn(struct impair *impair, struct frame *frame);

struct impair {
	struct impair_settings settings;
	uint64_t free_at;		/* when the line has sent all frames so far */
	uint64_t last;			/* when the last frame that does not overtake arrives */
	uint64_t random;
	struct cds_list_head waiting;	/* frames on their way, in the order of sending */
	uint32_t nr_waiting;
	impair_deliver_fn *deliver;
};

/*
 * Starts with a perfect cable. The event loop or impair_send() calls @deliver with each frame that
 * arrives.
 */
void impair_init(struct impair *impair, uint64_t seed, impair_deliver_fn *deliver);

/* Drops the frames that are on their way. */
void impair_release(struct impair *impair);

/* Returns false if frames arrive at once and unchanged; the caller may then skip impair_send(). */
bool impair_active(const struct impair *impair);

/*
 * Decides what happens to a frame of @size bytes that is sent at @now (ns). Returns how many copies
 * arrive (0 to 2), and stores their times of arrival in @when.
 */
unsigned int impair_plan(struct impair *impair, uint32_t size, uint64_t now, uint64_t when[2]);

/* Sends a frame as impair_plan() decides. False: the frame was lost. */
bool impair_send(struct impair *impair, struct frame *frame);

/*
 * Reads one setting: "delay=10ms", "jitter=500us", "loss=1%", "dup=0.1%", "reorder=5%",
 * "rate=10mbit"; "0" or "off" ends a setting. -EINVAL: not a setting, or a wrong value.
 */
int impair_parse(struct impair_settings *settings, const char *word);

/* Writes the settings as impair_parse() reads them, separated by blanks. */
void impair_describe(const struct impair_settings *settings, char *text, size_t size);

#endif /* IMPAIR_H */
