/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_lab.h - declare the table entries of umlab lstart, lhalt and other verbs about labs
 */
#ifndef VERBS_LAB_H
#define VERBS_LAB_H

#include "base/verb.h"

extern const struct verb lstart_verb, lrestart_verb, lhalt_verb, lcrash_verb, lclean_verb,
	linfo_verb, wipe_verb;

#endif
