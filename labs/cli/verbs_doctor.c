// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_doctor.c - umlab doctor: what on this host helps or hinders, and what to do
 */
#include "cli/options.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files.h"
#include "base/spawn.h"
#include "base/where.h"
#include "image/image.h"
#include "machine/usage.h"

enum finding { GOOD, NOTE, BAD };

static int nr_bad;

static void found(enum finding finding, const char *what, const char *advice)
{
	static const char *const words[] = { N_("good"), N_("note"), N_("bad") };

	printf("%-5s %s\n", _(words[finding]), what);
	if (finding != GOOD && advice)
		printf("      -> %s\n", advice);
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
		found(BAD, txt_printf(_("the kernel %s does not run"), kernel), _("`make kernel` builds it; is its file system mounted noexec?"));
	else
		found(GOOD, txt_printf(_("kernel %s: %s"), kernel, txt_trim(version)), NULL);
	if (scope && atoi(scope) >= 3)
		found(BAD, _("kernel.yama.ptrace_scope is 3: the host forbids ptrace, machines cannot run"),
		      _("an administrator sets kernel.yama.ptrace_scope to 2 or less and restarts"));
}

static void look_tools(void)
{
	found(where_tool("umlab-net") ? GOOD : BAD, where_tool("umlab-net") ? _("umlab-net: networks") : _("umlab-net is not installed: machines have no networks"),
	      _("`make` builds it beside umlab"));
	found(where_tool("umlab-disk") ? GOOD : NOTE, where_tool("umlab-disk") ? _("umlab-disk: overlays that hold what differs") :
	      _("umlab-disk is not installed: each machine has a copy of its image"), _("`make` builds it beside umlab"));
}

static void look_limits(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NPROC, &limit);
	found(limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < 4096 ? NOTE : GOOD, txt_printf(_("processes of this user: at most %ld"), (long)limit.rlim_cur),
	      _("each program of a guest is a process; `ulimit -u` raises it, or limits.conf"));
	getrlimit(RLIMIT_NOFILE, &limit);
	found(limit.rlim_cur < 256 ? BAD : GOOD, txt_printf(_("open files: at most %ld"), (long)limit.rlim_cur), _("raise it with `ulimit -n 1024`"));
	getrlimit(RLIMIT_AS, &limit);
	if (limit.rlim_cur != RLIM_INFINITY)
		found(BAD, _("the address space is limited (ulimit -v): a machine needs a large one"), _("take the limit away; memory is bounded by --mem"));
	getrlimit(RLIMIT_FSIZE, &limit);
	if (limit.rlim_cur != RLIM_INFINITY)
		found(NOTE, _("the size of files is limited (ulimit -f): disks may not fit"), _("take the limit away"));
}

static void look_memory(void)
{
	uint64_t available = usage_memory_free();
	struct statvfs shm;

	found(available < 256 << 20 ? BAD : GOOD, txt_printf(_("memory left: %s, for about %lu small machines"), txt_size(available),
		(unsigned long)(available / (64 << 20))), _("end something; machines of the image minimal need least"));
	if (!statvfs("/dev/shm", &shm) && (uint64_t)shm.f_blocks * shm.f_frsize < 64 << 20)
		found(NOTE, _("/dev/shm is small; machines do not need it, programs in containers may"), NULL);
}

static void look_folder(const char *what, const char *dir)
{
	struct statvfs space;
	struct statfs kind;
	uint64_t left;

	if (statvfs(dir, &space) || statfs(dir, &kind))
		return;
	left = (uint64_t)space.f_bavail * space.f_frsize;
	if (kind.f_type == 0x6969)
		found(NOTE, txt_printf(_("%s lies on NFS: %s"), what, dir), _("disks work there, faster on a local one: set UMLAB_HOME"));
	if (kind.f_type == 0x01021994)
		found(NOTE, txt_printf(_("%s lies in memory (tmpfs): %s"), what, dir), _("what disks hold takes memory; set UMLAB_HOME to a real one"));
	found(left < 1ull << 30 ? BAD : GOOD, txt_printf(_("%s: %s left in %s"), what, txt_size(left), dir), _("make room, or set UMLAB_HOME"));
}

static void look_network(void)
{
	char *range = sysctl_read("net/ipv4/ping_group_range");
	long from = 1, to = 0;

	if (range)
		sscanf(range, "%ld %ld", &from, &to);
	found(from <= getgid() && getgid() <= to ? GOOD : NOTE, txt_printf(_("ping through the host: group %u of %s"), getgid(), range ? range : "?"),
	      _("an administrator sets net.ipv4.ping_group_range=\"0 2147483647\"; all but ping works without"));
}

static void look_images(void)
{
	struct image *images;
	int nr = image_list(&images);

	if (!nr)
		found(BAD, _("there is no image"), _("`umlab image build base` makes one"));
	for (int i = 0; i < nr; i++)
		found(access(images[i].path, R_OK) ? BAD : GOOD, txt_printf(_("image %s: %s"), images[i].name, images[i].path), _("it cannot be read"));
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
