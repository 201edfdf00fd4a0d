/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink.h - connect a machine or a switch to the world outside
 *
 * cli/run_uplink.c starts an uplink with a backend (uplink_slirp.h, uplink_vde.h), which does
 * the work of one kind of uplink. Everything runs in the event loop.
 */
#ifndef UPLINK_H
#define UPLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/cable.h"
#include "common/frame.h"
#include "common/loop.h"
#include "common/mgmt.h"
#include "common/place.h"

/* The functions return 0, or -errno and a message in @error. */
struct uplink_backend {
	const char *name;
	const struct mgmt_command *commands;
	/* Reads one option. @error stays empty if the word is unknown. */
	int (*option)(const char *word, char *error, size_t error_size);
	/* Opens what the backend needs, before the process confines itself. */
	int (*start)(char *error, size_t error_size);
	void (*stop)(void);
	/* Takes a frame from the machine, whose checksum is filled in. */
	void (*input)(struct frame *frame);
	bool needs_segments;		/* giant TCP packets are cut before input() */
	const struct loop_poller *poller;	/* or NULL */
};

struct uplink_settings {
	const char *name;		/* as the user or the kernel called it */
	int fd;				/* of a machine; -1: connect to a switch */
	char switch_path[PLACE_SIZE];	/* folder of the switch */
	uint16_t port, vlan;		/* at the switch; 0: not set */
	struct cable_settings cable;	/* "out" is the direction to the machine */
};

/*
 * Starts the uplink after loop_init(). Returns 0, or -errno and a message in @error. uplink_stop()
 * ends the uplink.
 */
int uplink_start(const struct uplink_backend *backend, const struct uplink_settings *settings,
		 char *error, size_t error_size);
void uplink_stop(void);

/* For backends: sends a frame to the machine. @is_valid: its checksums need no check. */
void uplink_send(const void *data, size_t size, bool is_valid);

/*
 * For backends: sends @frame to the machine as uplink_send() does. Changes the head of the frame,
 * whose data must not change any more.
 */
void uplink_send_frame(struct frame *frame, bool is_valid);

/*
 * Returns false if the cable has settings, whose effect on the machine's traffic must be visible.
 */
bool uplink_cable_is_perfect(void);

#endif /* UPLINK_H */
