/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs.h - the verbs of umlab-net, for the table in umlab_net.c
 */
#ifndef VERBS_H
#define VERBS_H

#include "base/verb.h"

enum {
	GROUP_RUN = 1,
	GROUP_LOOK,
	GROUP_CHANGE,
	GROUP_OTHER,
};

/* run_switch.c, run_uplink.c */
extern const struct verb run_switch_verb, run_slirp_verb, run_vde_verb;

/* verbs_look.c */
extern const struct verb list_verb, show_verb, ports_verb, counters_verb, table_verb;
extern const struct verb capture_verb, connections_verb, forward_list_verb;

/* verbs_change.c */
extern const struct verb forget_verb, link_set_verb, set_verb, stop_verb, machine_verb;
extern const struct verb forward_add_verb, forward_remove_verb;

#endif /* VERBS_H */
