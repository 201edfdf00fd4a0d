/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_check.h - umlab-disk check; listed in umlab_disk.c
 */
#ifndef TOOL_CHECK_H
#define TOOL_CHECK_H

#include "base/verb.h"

extern const struct verb check_verb;

#endif /* TOOL_CHECK_H */
