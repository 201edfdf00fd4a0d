/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_debug.h - declare the table entries of umlab debug and module
 */
#ifndef VERBS_DEBUG_H
#define VERBS_DEBUG_H

#include "base/verb.h"

extern const struct verb debug_verb, module_verb;

#endif
