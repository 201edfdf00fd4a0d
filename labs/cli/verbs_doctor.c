// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_doctor.c - umlab doctor: check whether this host is ready for umlab
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. Each look_*() examines
 * one property of the host, changes nothing, and prints a line: good, note (it works, with a
 * drawback) or bad (it does not work). A note and a bad finding are followed by advice.
 */
#include "cli/verbs_doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/spawn.h"
#include "base/tell.h"
#include "base/usage.h"
#include "base/where.h"
#include "cli/verb_groups.h"
#include "image/image.h"

enum finding { GOOD, NOTE, BAD };

static int nr_bad;

/* Prints a finding. @advice is printed only with a note or a bad finding. */
static void found(enum finding finding, const char *what, const char *advice)
{
	static const char *const words[] = { N_("good"), N_("note"), N_("bad") };

	clean_printf(stdout, "%-5s %s\n", _(words[finding]), what);
	if (finding != GOOD && advice)
		clean_printf(stdout, "      -> %s\n", advice);
	nr_bad += finding == BAD;
}

static char *sysctl_read(const char *name)
{
	size_t size;
	char *text;

	return file_read(txt_printf("/proc/sys/%s", name), &text, &size) ? NULL : txt_trim(text);
}

static void look_kernel(void)
{
	const char *kernel = where_kernel(), *command[] = { kernel, "--version", NULL };
	char *version = spawn_output(command), *scope = sysctl_read("kernel/yama/ptrace_scope");

	if (!version)
		found(BAD, txt_printf(_("kernel %s: does not run"), kernel),
		      _("build it with 'make kernel'; its file system must not be mounted noexec"));
	else
		found(GOOD, txt_printf(_("kernel %s: %s"), kernel, txt_trim(version)), NULL);
	if (scope && atoi(scope) >= 3)
		found(BAD,
		      _("kernel.yama.ptrace_scope is 3: the host forbids ptrace, so machines "
			"cannot run"),
		      _("an administrator must set kernel.yama.ptrace_scope to 2 or less and "
			"reboot"));
}

static void look_tools(void)
{
	const char *advice = _("run 'make', or install the package umlab");

	if (where_tool("umlab-net"))
		found(GOOD, _("umlab-net: installed"), NULL);
	else
		found(BAD, _("umlab-net: not found; machines have no networks"), advice);
	if (where_tool("umlab-disk"))
		found(GOOD, _("umlab-disk: installed"), NULL);
	else
		found(NOTE, _("umlab-disk: not found; each machine has a full copy of its image"),
		      advice);
}

static void look_limits(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NPROC, &limit);
	found(limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < 4096 ? NOTE : GOOD,
	      limit.rlim_cur == RLIM_INFINITY ? _("processes of this user: no limit") :
	      txt_printf(_("processes of this user: at most %ld"), (long)limit.rlim_cur),
	      _("each program of a guest is a process; raise the limit with 'ulimit -u' or in "
		"limits.conf"));
	getrlimit(RLIMIT_NOFILE, &limit);
	found(limit.rlim_cur < 256 ? BAD : GOOD,
	      txt_printf(_("open files: at most %ld"), (long)limit.rlim_cur),
	      _("raise the limit with 'ulimit -n 1024'"));
	getrlimit(RLIMIT_AS, &limit);
	if (limit.rlim_cur != RLIM_INFINITY)
		found(BAD, _("address space: limited (ulimit -v), but machines need a large one"),
		      _("remove the limit; --mem bounds the memory of a machine"));
	getrlimit(RLIMIT_FSIZE, &limit);
	if (limit.rlim_cur != RLIM_INFINITY)
		found(NOTE, _("size of files: limited (ulimit -f), so disks may not fit"),
		      _("remove the limit"));
}

static void look_memory(void)
{
	uint64_t available = usage_memory_free();
	struct statvfs shm;

	found(available < 256 << 20 ? BAD : GOOD,
	      txt_printf(_("available memory: %s, enough for about %lu small machines"),
			 txt_size(available), (unsigned long)(available / (64 << 20))),
	      _("end other programs, or use the image minimal"));
	if (!statvfs("/dev/shm", &shm) && (uint64_t)shm.f_blocks * shm.f_frsize < 64 << 20)
		found(NOTE, _("/dev/shm: smaller than 64 MB; machines do not use it"), NULL);
}

static void look_folder(const char *what, const char *dir)
{
	struct statvfs space;
	struct statfs kind;
	uint64_t left;

	if (statvfs(dir, &space) || statfs(dir, &kind))
		return;
	left = (uint64_t)space.f_bavail * space.f_frsize;
	if (kind.f_type == NFS_SUPER_MAGIC)
		found(NOTE, txt_printf(_("%s: %s is on NFS"), what, dir),
		      _("disks on a local file system are faster: set UMLAB_HOME"));
	if (kind.f_type == TMPFS_MAGIC)
		found(NOTE, txt_printf(_("%s: %s is in memory (tmpfs)"), what, dir),
		      _("disks use memory there; set UMLAB_HOME to a folder on a disk"));
	found(left < 1ull << 30 ? BAD : GOOD,
	      txt_printf(_("%s: %s free in %s"), what, txt_size(left), dir),
	      _("free 1 GB of space, or set UMLAB_HOME"));
}

static void look_network(void)
{
	char *range = sysctl_read("net/ipv4/ping_group_range");
	long from = 1, to = 0;

	if (range)
		sscanf(range, "%ld %ld", &from, &to);
	found(from <= getgid() && getgid() <= to ? GOOD : NOTE,
	      txt_printf(_("ping to the internet: group %u, allowed are the groups %s"), getgid(),
			 range ? range : "?"),
	      _("for ping, an administrator must set net.ipv4.ping_group_range=\"0 2147483647\"; "
		"everything else works without it"));
}

static void look_images(void)
{
	struct image *images;
	int nr = image_list(&images);

	if (!nr)
		found(BAD, _("images: there is none"), _("run 'umlab image build base'"));
	for (int i = 0; i < nr; i++)
		found(access(images[i].path, R_OK) ? BAD : GOOD,
		      txt_printf(_("image %s: %s"), images[i].name, images[i].path),
		      _("the file cannot be read; change its permissions"));
}

static enum status verb_doctor(const struct verb_args *)
{
	nr_bad = 0;
	look_kernel();
	look_tools();
	look_limits();
	look_memory();
	look_folder(_("machines"), where_state());
	look_folder(_("sockets"), where_runtime());
	look_network();
	look_images();
	return nr_bad ? STATUS_FAILED : STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

const struct verb doctor_verb = {
	.name = "doctor",
	.group = GROUP_OTHER,
	.usage = "",
	.summary = N_("Check whether this host is ready for umlab"),
	.help = N_("Looks at the kernel, the programs that umlab calls, limits, memory, folders "
		   "and images, and says how to fix what is missing.\n"
		   "\n"
		   "Exit status: 0 if machines can run, 1 otherwise."),
	.run = verb_doctor,
};
