/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_machine.h - declare the table entries of umlab run, start and other verbs about machines
 */
#ifndef VERBS_MACHINE_H
#define VERBS_MACHINE_H

#include "base/verb.h"

extern const struct verb run_verb, create_verb, start_verb, stop_verb, restart_verb, kill_verb,
	remove_verb, console_verb, reset_verb, set_verb, vstart_verb;

#endif
