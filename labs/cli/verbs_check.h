/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_check.h - declare the table entry of umlab check
 */
#ifndef VERBS_CHECK_H
#define VERBS_CHECK_H

#include "base/verb.h"

extern const struct verb check_verb;

#endif
