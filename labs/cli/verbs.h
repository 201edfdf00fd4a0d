/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs.h - the verbs of umlab, each defined at the end of a verbs_*.c; listed in umlab.c
 */
#ifndef VERBS_H
#define VERBS_H

#include "base/verb.h"

/* Titles in the list of all verbs, in this order; the texts are in umlab.c. */
enum verb_group {
	GROUP_MACHINES = VERB_GROUP_HIDDEN + 1,
	GROUP_LABS,
	GROUP_NETWORKS,
	GROUP_SNAPSHOTS,
	GROUP_IMAGES,
	GROUP_CLASSES,
	GROUP_KERNELS,
	GROUP_OTHER,
};

/* verbs_check.c */
extern const struct verb check_verb;

/* verbs_class.c */
extern const struct verb class_create_verb, class_start_verb, class_stop_verb,
	class_status_verb, class_exec_verb, class_reset_verb, class_collect_verb,
	class_remove_verb;

/* verbs_debug.c */
extern const struct verb debug_verb, module_verb;

/* verbs_doctor.c */
extern const struct verb doctor_verb;

/* verbs_guest.c */
extern const struct verb connect_verb, exec_verb, cp_verb;

/* verbs_image.c */
extern const struct verb image_build_verb, image_update_verb, image_list_verb, image_info_verb,
	image_import_verb, image_layer_verb, image_remove_verb;

/* verbs_lab.c */
extern const struct verb lstart_verb, lrestart_verb, lhalt_verb, lcrash_verb, lclean_verb,
	linfo_verb, wipe_verb;

/* verbs_lint.c */
extern const struct verb lint_verb;

/* verbs_machine.c */
extern const struct verb run_verb, create_verb, start_verb, stop_verb, restart_verb, kill_verb,
	remove_verb, console_verb, reset_verb, set_verb, vstart_verb;

/* verbs_net.c */
extern const struct verb capture_verb, link_set_verb, link_show_verb;

/* verbs_plug.c */
extern const struct verb lconfig_verb, forward_list_verb, forward_add_verb, forward_remove_verb;

/* verbs_publish.c */
extern const struct verb image_export_verb, image_publish_verb;

/* verbs_show.c */
extern const struct verb list_verb, info_verb, log_verb, top_verb;

/* verbs_snapshot.c */
extern const struct verb export_verb, import_verb, snapshot_save_verb, snapshot_list_verb,
	snapshot_restore_verb, snapshot_pop_verb, snapshot_delete_verb;

/* verbs_ssh.c */
extern const struct verb ssh_verb;

#endif
