/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labkeys.h - the options that lab.conf knows, and what their values may be
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

/* What lab.conf may say about a machine; also the source of lab.conf(5). */
struct lab_key {
	const char *name;		/* NULL ends the table */
	const char *alias_of;		/* NULL: the name itself counts */
	enum lab_family family;
	bool repeats;			/* each value counts, not only one */
	const char *(*check)(const char *value);	/* what is wrong, or NULL */
	const char *help;
};

extern const struct lab_key lab_keys[];
const struct lab_key *lab_key_find(const char *name);

/* "02:42:AC:11:00:02" in lower case, or NULL when it is not a MAC address. */
char *lab_mac_normalize(const char *text);

#endif
