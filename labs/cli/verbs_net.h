/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_net.h - declare the table entries of umlab capture and link
 */
#ifndef VERBS_NET_H
#define VERBS_NET_H

#include "base/verb.h"

extern const struct verb capture_verb, link_set_verb, link_show_verb;

#endif
