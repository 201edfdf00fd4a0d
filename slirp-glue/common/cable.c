// SPDX-License-Identifier: GPL-2.0-only
/*
 * cable.c - keep the cable at a port or an uplink: both directions and their settings
 *
 * Each port of the switch has a cable (port.c). A machine that is connected to its uplink directly
 * has no port, so the uplink has a cable too (uplink.c). Called only by the thread that runs the
 * event loop of the switch or of the uplink.
 */
#include "common/cable.h"

#include <stdio.h>
#include <string.h>
#include "common/loop.h"

#define IN_PREFIX "in-"
#define IN_SETTING IN_PREFIX "rate="

void cable_init(struct cable *cable, impair_deliver_fn *out_deliver, impair_deliver_fn *in_deliver)
{
	/* The address makes the seeds differ even if two cables are made at the same time. */
	uint64_t seed = loop_now_exact() ^ (uintptr_t)cable;

	impair_init(&cable->out, seed, out_deliver);
	impair_init(&cable->in, seed + 1, in_deliver);
}

void cable_release(struct cable *cable)
{
	impair_release(&cable->out);
	impair_release(&cable->in);
}

struct cable_settings cable_settings(const struct cable *cable)
{
	return (struct cable_settings) { .out = cable->out.settings, .in = cable->in.settings };
}

void cable_set(struct cable *cable, const struct cable_settings *settings)
{
	cable->out.settings = settings->out;
	cable->in.settings = settings->in;
}

int cable_parse(struct cable_settings *settings, const char *word)
{
	if (!strncmp(word, IN_SETTING, strlen(IN_SETTING)))
		return impair_parse(&settings->in, word + strlen(IN_PREFIX));
	return impair_parse(&settings->out, word);
}

void cable_describe(const struct cable_settings *settings, char *text, size_t size)
{
	char in[64];
	size_t used;

	impair_describe(&settings->out, text, size);
	impair_describe(&settings->in, in, sizeof(in));
	used = strlen(text);
	if (*in)
		snprintf(text + used, size - used, "%s" IN_PREFIX "%s", used ? " " : "", in);
}
