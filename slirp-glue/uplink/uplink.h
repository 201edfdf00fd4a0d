/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink.h - between a machine (or a switch) and the world outside
 */
#ifndef UPLINK_H
#define UPLINK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/frame.h"
#include "common/mgmt.h"

/* One way to the world; an entry of the table in uplink.c, in a file of its own. */
struct uplink_backend {
	const char *name;
	const struct mgmt_command *commands;
	/* Reads one option; -EINVAL after a line to the user. */
	int (*option)(const char *word);
	/* Opens what it needs, before the process confines itself. Says what is wrong. */
	int (*start)(void);
	/* A frame of the machine's; complete, no giants if @segments. */
	void (*input)(struct frame *frame);
	bool segments;
	/* For libraries that poll themselves: descriptors to add, and the answer. May be NULL. */
	int (*poll_fill)(struct pollfd *fds, int room, int *timeout);
	void (*poll_done)(struct pollfd *fds, int nr);
	void (*stop)(void);
};

extern const struct uplink_backend uplink_slirp, uplink_vde;

/* uplink_output - a frame for the machine; @valid: its checksums need no check. */
void uplink_output(const void *data, size_t size, bool valid);

/* uplink_send - the same for one that lies in a frame already; its data stays, headers may be renewed. */
void uplink_send(struct frame *frame, bool valid);

/* uplink_name - as the user or the kernel called it. */
extern const char *uplink_name;

#endif /* UPLINK_H */
