/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_look.h - declare the verbs that show running switches and uplinks
 */
#ifndef VERBS_LOOK_H
#define VERBS_LOOK_H

#include "base/verb.h"

extern const struct verb list_verb, show_verb, ports_verb, counters_verb, table_verb;
extern const struct verb connections_verb, forward_list_verb, capture_verb;

#endif /* VERBS_LOOK_H */
