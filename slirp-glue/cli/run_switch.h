/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run_switch.h - declare the verb that runs a switch
 */
#ifndef RUN_SWITCH_H
#define RUN_SWITCH_H

#include "base/verb.h"

extern const struct verb run_switch_verb;

#endif /* RUN_SWITCH_H */
