// SPDX-License-Identifier: GPL-2.0-only
/*
 * uplink_cable.c - the cable between an uplink and its machine: delay, loss, limited rate
 *
 * A switch has such settings for each of its ports (port.c); a machine that is joined to
 * its uplink directly has no port, so the uplink does the same.
 */
#include "uplink/uplink_cable.h"

#include <string.h>
#include "common/impair.h"

static struct impair to, from;
static void (*arrives_to)(struct frame *frame);
static void (*arrives_from)(struct frame *frame);

static void to_deliver(struct impair *impair, struct frame *frame)
{
	arrives_to(frame);
}

static void from_deliver(struct impair *impair, struct frame *frame)
{
	arrives_from(frame);
}

void cable_init(void (*to_machine)(struct frame *frame), void (*from_machine)(struct frame *frame))
{
	arrives_to = to_machine;
	arrives_from = from_machine;
	impair_init(&to, loop_now_exact(), to_deliver);
	impair_init(&from, loop_now_exact() + 1, from_deliver);
}

int cable_option(const char *word)
{
	if (!strncmp(word, "in-rate=", 8))
		return impair_parse(&from.settings, word + 3);
	return impair_parse(&to.settings, word);
}

bool cable_is_bad_to(void)
{
	return impair_active(&to);
}

bool cable_is_bad_from(void)
{
	return impair_active(&from);
}

void cable_to_machine(struct frame *frame)
{
	impair_send(&to, frame);
}

void cable_from_machine(struct frame *frame)
{
	impair_send(&from, frame);
}

void cable_release(void)
{
	impair_release(&to);
	impair_release(&from);
}
