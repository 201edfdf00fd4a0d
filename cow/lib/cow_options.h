/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cow_options.h - define the options for opening a chain, with callbacks for remarks and progress
 *
 * This header has only types. chain_open.c, identity.c and create.c include it, so that none of
 * these modules needs the header of another for the types.
 */
#ifndef COW_OPTIONS_H
#define COW_OPTIONS_H

#include "cow_types.h"

/*
 * Progress of a long step, such as hashing a base. The library calls step() now and then. If
 * step() returns true, the operation stops and fails with -ECANCELED.
 */
struct cow_progress {
	bool (*step)(struct cow_progress *progress, const char *what, uint64_t done,
		     uint64_t total);
};

struct cow_options {
	unsigned int flags;		/* enum cow_layer_open, for the top layer */
	const char *base;		/* file below the top layer; NULL: the recorded one */
	void (*note)(void *data, const char *text);	/* gets remarks for the user; or NULL */
	void *data;			/* first argument of note */
	struct cow_progress *progress;	/* may be NULL */
};

#endif /* COW_OPTIONS_H */
