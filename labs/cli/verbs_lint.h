/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_lint.h - entries for umlab lint
 */
#ifndef VERBS_LINT_H
#define VERBS_LINT_H

#include "base/verb.h"

extern const struct verb lint_verb;

#endif
