// SPDX-License-Identifier: GPL-2.0-only
/*
 * umlab.c - list the verbs of the command umlab, and run the chosen verb: main()
 *
 * The entry of each verb, with its options and help, is at the end of the verbs_*.c file that
 * contains its function. To add a verb, write the function and the entry there, declare the entry
 * in verbs_*.h and list it here. Help, man page and completion are made from the entry.
 *
 * main() runs on the host for each command that a user types, and for each keeper
 * (machine/keeper.c).
 */
#include <locale.h>
#include <string.h>

#include "base/files.h"
#include "base/program.h"
#include "base/tell.h"
#include "base/txt.h"
#include "base/where.h"
#include "cli/compat.h"
#include "cli/complete.h"
#include "cli/die.h"
#include "cli/umlab_notes.h"
#include "cli/verb_groups.h"
#include "cli/verbs_check.h"
#include "cli/verbs_class.h"
#include "cli/verbs_debug.h"
#include "cli/verbs_doctor.h"
#include "cli/verbs_guest.h"
#include "cli/verbs_image.h"
#include "cli/verbs_lab.h"
#include "cli/verbs_lint.h"
#include "cli/verbs_machine.h"
#include "cli/verbs_net.h"
#include "cli/verbs_plug.h"
#include "cli/verbs_publish.h"
#include "cli/verbs_show.h"
#include "cli/verbs_snapshot.h"
#include "cli/verbs_ssh.h"
#include "machine/keeper.h"

static const char *const groups[] = {
	[VERB_GROUP_HIDDEN] = "",
	[GROUP_MACHINES] = N_("Machines"),
	[GROUP_LABS] = N_("Labs"),
	[GROUP_NETWORKS] = N_("Networks of labs"),
	[GROUP_SNAPSHOTS] = N_("Snapshots"),
	[GROUP_IMAGES] = N_("Images"),
	[GROUP_CLASSES] = N_("Classes"),
	[GROUP_KERNELS] = N_("Kernels"),
	[GROUP_OTHER] = N_("Other"),
	NULL
};

static const struct verb *const verbs[] = {
	&run_verb, &create_verb, &start_verb, &stop_verb, &restart_verb, &kill_verb,
	&remove_verb, &list_verb, &info_verb, &console_verb, &connect_verb, &exec_verb,
	&cp_verb, &reset_verb, &ssh_verb, &set_verb, &log_verb, &top_verb, &export_verb,
	&import_verb,
	&lstart_verb, &lrestart_verb, &lhalt_verb, &lcrash_verb, &lclean_verb, &linfo_verb,
	&lint_verb, &check_verb, &wipe_verb,
	&capture_verb, &link_set_verb, &link_show_verb, &lconfig_verb, &forward_list_verb,
	&forward_add_verb, &forward_remove_verb,
	&snapshot_save_verb, &snapshot_list_verb, &snapshot_restore_verb, &snapshot_pop_verb,
	&snapshot_delete_verb,
	&image_build_verb, &image_update_verb, &image_list_verb, &image_info_verb,
	&image_import_verb, &image_layer_verb, &image_export_verb, &image_publish_verb,
	&image_remove_verb,
	&class_create_verb, &class_start_verb, &class_stop_verb, &class_status_verb,
	&class_exec_verb, &class_reset_verb, &class_collect_verb, &class_remove_verb,
	&debug_verb, &module_verb,
	&doctor_verb, &vstart_verb,
	&program_help_verb, NULL
};

/* Makes the user's folders, because the code below cli/ expects them to exist. */
static enum status folders_make(void)
{
	char *reason;

	if (!where_folders_make(&reason))
		return STATUS_OK;
	tell_error("%s", reason);
	return STATUS_FAILED;
}

static const struct program umlab = {
	.name = "umlab",
	.version = UMLAB_VERSION,
	.purpose = N_("Run Linux machines and labs of machines as an ordinary user"),
	.description = umlab_description,
	.footer = N_("The commands of Netkit and Kathará work as well: umlab-netkit(7), "
		     "umlab-kathara(7)."),
	.see_also = "lab.conf(5), umlab-check(5), umlab.conf(5), umlab-gdb(7), umlab-kathara(7), "
		    "umlab-lab-dirs(7), umlab-netkit(7), umlab-disk(1), umlab-linux(1), "
		    "umlab-net(1)",
	.groups = groups,
	.verbs = verbs,
	.prepare = folders_make,
	.notes = umlab_notes,
	.has_pages = true,
	.has_levels = true,
	.is_translated = true,
	.complete = umlab_complete,
};

int main(int argc, char **argv)
{
	char **other;
	int other_argc;

	program_open_standard();
	txt_no_memory = die_no_memory;
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	bindtextdomain("umlab", where_lib("locale"));
	textdomain("umlab");
	other = compat_arguments(argc, argv, &other_argc);
	if (other) {
		argv = other;
		argc = other_argc;
	}
	/* machine/machine_connect.c executes this program again as a keeper. */
	if (argc == 3 && !strcmp(argv[1], "keeper"))
		return folders_make() ? STATUS_FAILED : keeper_main(argv[2]);
	return program_run(&umlab, argc, argv);
}
