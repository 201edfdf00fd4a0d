/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs.h - the functions behind the verbs; their entries are in umlab.c
 */
#ifndef VERBS_H
#define VERBS_H

#include "base/verb.h"

/* verbs_machine.c */
enum status verb_create(struct verb_args *args);
enum status verb_run(struct verb_args *args);
enum status verb_vstart(struct verb_args *args);
enum status verb_start(struct verb_args *args);
enum status verb_stop(struct verb_args *args);
enum status verb_restart(struct verb_args *args);
enum status verb_kill(struct verb_args *args);
enum status verb_remove(struct verb_args *args);
enum status verb_console(struct verb_args *args);
enum status verb_reset(struct verb_args *args);
enum status verb_set(struct verb_args *args);

/* verbs_guest.c: what goes through the agent */
enum status verb_exec(struct verb_args *args);
enum status verb_connect(struct verb_args *args);
enum status verb_cp(struct verb_args *args);

/* verbs_ssh.c */
enum status verb_ssh(struct verb_args *args);

/* verbs_plug.c */
enum status verb_lconfig(struct verb_args *args);
enum status verb_forward_list(struct verb_args *args);
enum status verb_forward_add(struct verb_args *args);
enum status verb_forward_remove(struct verb_args *args);

/* verbs_show.c */
enum status verb_list(struct verb_args *args);
enum status verb_info(struct verb_args *args);
enum status verb_log(struct verb_args *args);
enum status verb_top(struct verb_args *args);

/* verbs_lint.c */
enum status verb_lint(struct verb_args *args);

/* verbs_lab.c */
enum status verb_lstart(struct verb_args *args);
enum status verb_lclean(struct verb_args *args);
enum status verb_lrestart(struct verb_args *args);
enum status verb_lhalt(struct verb_args *args);
enum status verb_lcrash(struct verb_args *args);
enum status verb_linfo(struct verb_args *args);
enum status verb_wipe(struct verb_args *args);

/* verbs_image.c */
enum status verb_image_build(struct verb_args *args);
enum status verb_image_list(struct verb_args *args);
enum status verb_image_info(struct verb_args *args);
enum status verb_image_import(struct verb_args *args);
enum status verb_image_layer(struct verb_args *args);
enum status verb_image_update(struct verb_args *args);

/* verbs_publish.c */
enum status verb_image_export(struct verb_args *args);
enum status verb_image_publish(struct verb_args *args);
enum status verb_image_remove(struct verb_args *args);

/* verbs_snapshot.c */
enum status verb_snapshot_save(struct verb_args *args);
enum status verb_snapshot_list(struct verb_args *args);
enum status verb_snapshot_restore(struct verb_args *args);
enum status verb_snapshot_delete(struct verb_args *args);
enum status verb_snapshot_pop(struct verb_args *args);
enum status verb_export(struct verb_args *args);
enum status verb_import(struct verb_args *args);

/* verbs_net.c */
enum status verb_capture(struct verb_args *args);
enum status verb_link_set(struct verb_args *args);
enum status verb_link_show(struct verb_args *args);

/* verbs_check.c, verbs_doctor.c */
enum status verb_check(struct verb_args *args);
enum status verb_doctor(struct verb_args *args);

/* verbs_debug.c */
enum status verb_debug(struct verb_args *args);
enum status verb_module(struct verb_args *args);

/* verbs_class.c */
enum status verb_class_create(struct verb_args *args);
enum status verb_class_start(struct verb_args *args);
enum status verb_class_stop(struct verb_args *args);
enum status verb_class_status(struct verb_args *args);
enum status verb_class_reset(struct verb_args *args);
enum status verb_class_collect(struct verb_args *args);
enum status verb_class_exec(struct verb_args *args);
enum status verb_class_remove(struct verb_args *args);

#endif
