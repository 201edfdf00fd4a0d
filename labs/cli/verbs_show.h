/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_show.h - declare the table entries of umlab list, info, log and top
 */
#ifndef VERBS_SHOW_H
#define VERBS_SHOW_H

#include "base/verb.h"

extern const struct verb list_verb, info_verb, log_verb, top_verb;

#endif
