// SPDX-License-Identifier: GPL-2.0-only
/*
 * umlab_disk.c - define umlab-disk: the table of its verbs, the prose of its man page, and main()
 *
 * Each verb is defined at the end of the tool_*.c that implements it. The option parser of
 * labs/base/ makes --help, the man page umlab-disk(1) and the completion of shells from these
 * tables.
 *
 * main() runs on the host, for a user, a test, or a verb of umlab that needs a disk
 * (labs/machine/disk.c).
 */
#include <stdio.h>

#include "base/program.h"
#include "common_options.h"
#include "output.h"
#include "report.h"
#include "tool_check.h"
#include "tool_commit.h"
#include "tool_compare.h"
#include "tool_convert.h"
#include "tool_create.h"
#include "tool_flatten.h"
#include "tool_info.h"
#include "tool_machine.h"
#include "tool_nbd.h"
#include "tool_pack.h"
#include "tool_rebase.h"
#include "tool_snapshot.h"

static const char *const groups[] = {
	[VERB_GROUP_HIDDEN] = "",
	[GROUP_INSPECT] = "Make and inspect disks",
	[GROUP_CHANGE] = "Change disks",
	[GROUP_TRANSFER] = "Copy and serve disks",
	[GROUP_OTHER] = "Other",
	NULL
};

static const struct verb *const verbs[] = {
	&create_verb, &info_verb, &map_verb, &check_verb, &compare_verb, &diff_verb,
	&commit_verb, &flatten_verb, &rebase_verb, &resize_verb, &seal_verb, &snapshot_verb,
	&rollback_verb,
	&convert_verb, &pack_verb, &unpack_verb, &nbd_verb,
	&machine_verb,
	&program_help_verb, NULL
};

static const struct verb_note notes[] = {
	{ "HOW A BASE IS FOUND",
	  "A layer records the path of its base twice: relative to its own folder, which is "
	  "tried first, and absolute. --base names another file; then only that file is "
	  "tried.\n\n"
	  "A layer knows its base by content. A base that was copied, moved, touched or "
	  "mounted elsewhere is accepted. If only its dates differ, its content is read and "
	  "compared once. A base whose content has changed is refused. COW V3 files know "
	  "their base only by size and modification time." },
	{ "LOCKS",
	  "A writer has exclusive access to a file; readers share it. If a file is in use, "
	  "the message names the process that uses it.\n\n"
	  "Locks do not reach other hosts on NFS without lockd and on FUSE file systems such "
	  "as sshfs. There a writer keeps a lease: the file FILE.umlab-lease names the "
	  "writer, who renews it every 30 seconds. Another writer takes over a lease whose "
	  "process has ended, or that was not renewed for 150 seconds. 'umlab-disk info "
	  "--break-lock' removes a lease at once." },
	{ "RAW DISKS",
	  "A guest can write anything to the first sector of a raw disk, even the header of "
	  "an overlay that names a file of the host as its base. The next program to open the "
	  "disk would then read that file. Therefore such a write fails, unless the user "
	  "declared the disk raw: by the flag nocow of the machine, or by --raw here." },
	{ "EXIT STATUS",
	  "0: success\n"
	  " 1: failure, damage found, or the disks differ\n"
	  " 2: wrong usage\n"
	  " 128 plus the number of the signal: interrupted\n\n"
	  "After a failure or an interruption the output file does not exist, and all other "
	  "files are as they were. The exception is commit, which can be run again." },
	{ "FILES",
	  "FILE.umlab-id: hash of a raw base, see seal\n"
	  " FILE.umlab-lease: the writer of a file on a remote file system\n"
	  " FILE.part, FILE.new: files that are being made" },
	{ "EXAMPLES",
	  "Prepare a base and the layer of a course, and start the machine of a student:\n\n"
	  " umlab-disk seal debian-12.img\n"
	  " umlab-disk create --base debian-12.img course.cow\n"
	  " umlab-linux ubd0=student.cow,course.cow mem=512M root=/dev/ubda rw" },
	{ NULL, NULL }
};

static const struct program umlab_disk = {
	.name = "umlab-disk",
	.version = UMLAB_VERSION,
	.purpose = "Manage the disks of umlab machines: raw files, COW V3 files and layers",
	.description =
		"The disk of a machine is a raw file or a chain of layers. Each layer holds "
		"what has changed compared to the layer below it; the lowest one has a raw file "
		"as its base, or nothing. Only the top layer is ever written. So a teacher "
		"installs one base image, a course adds a layer, and each student has an "
		"overlay of a few megabytes.\n\n"
		"The formats are described in umlab-disk(5). COW V3 files of User-Mode Linux "
		"are read and written; V1, V2 and the 64-bit form of V3 from before 2006 are "
		"only read.",
	.footer = "The exit status is 0 on success, 1 on failure or difference, 2 on wrong usage. "
		  "umlab-disk(1) explains locks and leases, umlab-disk(5) the formats.",
	.see_also = "umlab-disk(5), umlab-linux(1), umlab(1)",
	.groups = groups,
	.verbs = verbs,
	.notes = notes,
};

int main(int argc, char **argv)
{
	enum status status;

	program_open_standard();
	report_init();
	status = program_run(&umlab_disk, argc, argv);
	report_end();
	output_drop();
	return report_interrupted() && status ? 128 + report_interrupted() : (int)status;
}
