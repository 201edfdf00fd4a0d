/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status.h - define the exit statuses of umlab, umlab-disk and umlab-net
 */
#ifndef STATUS_H
#define STATUS_H

/* `umlab exec` and `umlab ssh` return the status of the guest's program instead. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_ABSENT = 3,	/* this machine, lab or image does not exist */
	STATUS_TIMEOUT = 124,
};

#endif
