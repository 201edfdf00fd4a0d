/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_plug.h - declare the table entries of umlab lconfig and forward
 */
#ifndef VERBS_PLUG_H
#define VERBS_PLUG_H

#include "base/verb.h"

extern const struct verb lconfig_verb, forward_list_verb, forward_add_verb, forward_remove_verb;

#endif
