/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_cable.h - the cable between an uplink and its machine: delay, loss, limited rate
 */
#ifndef UPLINK_CABLE_H
#define UPLINK_CABLE_H

#include "common/frame.h"

/* @to_machine and @from_machine get the frames that arrive, in the loop's time. */
void cable_init(void (*to_machine)(struct frame *frame), void (*from_machine)(struct frame *frame));

/* A setting as those of a switch's port: "rate=8mbit", "in-rate=8mbit", ...; -EINVAL: none, or wrong. */
int cable_option(const char *word);

/* Whether this way changes anything; cable_to_machine() and cable_from_machine() are for a cable that does. */
bool cable_is_bad_to(void);
bool cable_is_bad_from(void);
void cable_to_machine(struct frame *frame);
void cable_from_machine(struct frame *frame);

/* Drops what is on its way. */
void cable_release(void);

#endif /* UPLINK_CABLE_H */
