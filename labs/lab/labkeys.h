/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labkeys.h - list the options of lab.conf, and check their values
 */
#ifndef LABKEYS_H
#define LABKEYS_H

#include <stdbool.h>

enum lab_family {
	LAB_FAMILY_KATHARA,
	LAB_FAMILY_NETKIT,
	LAB_FAMILY_BOTH,
	LAB_FAMILY_UMLAB,	/* an option of our own */
};

/* An option that lab.conf may set for a machine. lab.conf(5) describes the options. */
struct lab_key {
	const char *name;		/* NULL ends the table */
	const char *alias_of;		/* the option for which this is another name, or NULL */
	enum lab_family family;
	bool repeats;			/* several values may be given, and all count */
	const char *(*check)(const char *value);	/* returns what is wrong, or NULL */
	const char *help;
};

extern const struct lab_key lab_keys[];
const struct lab_key *lab_key_find(const char *name);

/* Returns a MAC address such as "02:42:AC:11:00:02" in lower case. NULL: not a MAC address. */
char *lab_mac_normalize(const char *text);

#endif
