/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_change.h - declare the verbs that change running switches, uplinks and machines
 */
#ifndef VERBS_CHANGE_H
#define VERBS_CHANGE_H

#include "base/verb.h"

extern const struct verb link_set_verb, set_verb, forget_verb, stop_verb, machine_verb;
extern const struct verb forward_add_verb, forward_remove_verb;

#endif /* VERBS_CHANGE_H */
