/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_option.h - what a ubd<n>=... option says
 */
#ifndef UBD_OPTION_H
#define UBD_OPTION_H

#include <linux/types.h>

enum {
	UBD_DISKS = 16,
	UBD_SERIAL_SIZE = 21,		/* 20 characters and the end */
};

struct ubd_option {
	unsigned int index;		/* 0: ubda ... 15: ubdp */
	const char *path;		/* inside the option's value, not terminated */
	unsigned int path_size;
	const char *base;		/* likewise: the file below it; NULL: what it says itself */
	unsigned int base_size;
	bool read_only;
	bool sync;			/* every write is on stable storage before it is done */
	bool shared;			/* other machines may have the file open: no lock */
	bool raw;			/* take the file as it is, even if it looks like an overlay */
	bool no_discard;
	char serial[UBD_SERIAL_SIZE];
};

/*
 * ubd_option_parse - read an option named @name ("ubd0", "ubda", "ubd0r") with @value.
 * -ENOENT: not ours; -EINVAL: malformed, *@why tells what is wrong with it.
 */
int ubd_option_parse(const char *name, const char *value, struct ubd_option *option,
		     const char **why);

#endif /* UBD_OPTION_H */
