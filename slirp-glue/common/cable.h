/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cable.h - keep the cable at a port or an uplink: both directions and their settings
 */
#ifndef CABLE_H
#define CABLE_H

#include <stddef.h>
#include "common/impair.h"

struct cable_settings {
	struct impair_settings out;	/* for frames that leave the port */
	struct impair_settings in;	/* for frames that enter it; only the rate can be set */
};

struct cable {
	struct impair out, in;
};

void cable_init(struct cable *cable, impair_deliver_fn *out_deliver, impair_deliver_fn *in_deliver);

/* Drops the frames that are on their way. */
void cable_release(struct cable *cable);

struct cable_settings cable_settings(const struct cable *cable);
void cable_set(struct cable *cable, const struct cable_settings *settings);

/* Reads one setting as impair_parse() does, or "in-rate=10mbit". 0 or -EINVAL. */
int cable_parse(struct cable_settings *settings, const char *word);

/* Writes the settings as cable_parse() reads them, separated by blanks. */
void cable_describe(const struct cable_settings *settings, char *text, size_t size);

#endif /* CABLE_H */
