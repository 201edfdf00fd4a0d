/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_lint.h - declare the table entry of umlab lint
 */
#ifndef VERBS_LINT_H
#define VERBS_LINT_H

#include "base/verb.h"

extern const struct verb lint_verb;

#endif
