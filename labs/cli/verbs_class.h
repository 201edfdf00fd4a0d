/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_class.h - declare the table entries of umlab class ...
 */
#ifndef VERBS_CLASS_H
#define VERBS_CLASS_H

#include "base/verb.h"

extern const struct verb class_create_verb, class_start_verb, class_stop_verb,
	class_status_verb, class_exec_verb, class_reset_verb, class_collect_verb,
	class_remove_verb;

#endif
