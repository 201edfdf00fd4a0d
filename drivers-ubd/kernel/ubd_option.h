/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_option.h - parse ubd<n>[letters]=FILE[,BASE][,flag]...
 */
#ifndef UBD_OPTION_H
#define UBD_OPTION_H

#include <linux/types.h>

enum {
	UBD_SERIAL_SIZE = 21,		/* 20 characters and the terminating zero */
};

struct ubd_option {
	unsigned int index;		/* 0: ubda ... 15: ubdp */
	const char *path;		/* points into the option's value, not terminated */
	unsigned int path_size;
	const char *base;		/* the file below, also in the value; NULL: not named */
	unsigned int base_size;
	bool read_only;
	bool sync;			/* each write reaches stable storage before it completes */
	bool shared;			/* other machines may have the file open: take no lock */
	bool raw;			/* a raw disk even if the file looks like an overlay */
	bool no_discard;
	char serial[UBD_SERIAL_SIZE];
};

/*
 * ubd_option_parse - parse the option @name ("ubd0", "ubda", "ubd0r") with @value. Returns 0,
 * -ENOENT if this is not a disk option, or -EINVAL with the reason in *@why if it is malformed.
 */
int ubd_option_parse(const char *name, const char *value, struct ubd_option *option,
		     const char **why);

#endif /* UBD_OPTION_H */
