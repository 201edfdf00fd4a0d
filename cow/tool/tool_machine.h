/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool_machine.h - umlab-disk machine; listed in umlab_disk.c
 */
#ifndef TOOL_MACHINE_H
#define TOOL_MACHINE_H

#include "base/verb.h"

extern const struct verb machine_verb;

#endif /* TOOL_MACHINE_H */
