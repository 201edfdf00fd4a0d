/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_guest.h - declare the table entries of umlab exec, connect and cp
 */
#ifndef VERBS_GUEST_H
#define VERBS_GUEST_H

#include "base/verb.h"

extern const struct verb connect_verb, exec_verb, cp_verb;

#endif
