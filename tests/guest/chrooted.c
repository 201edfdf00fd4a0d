// SPDX-License-Identifier: GPL-2.0-only
/*
 * chrooted.c - chroot to the Debian system on one disk and run a program from another disk
 *
 * Kernel parameters: root_disk= (default /dev/ubda), work_disk= (default /dev/ubdb), and run=, the
 * program (default /srv/run-all), which gets the values of from=N and list=NAME as arguments. The
 * first disk is only read; changes go to a tmpfs. tests/lib/selftests.sh uses this program.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "tap.h"

static const char *parameter(const char *name, const char *fallback)
{
	return boot_option(name) ?: fallback;
}

static void must_mount(const char *what, const char *where, const char *type, unsigned long flags,
		       const char *options)
{
	if (mount(what, where, type, flags, options) < 0)
		bail("cannot mount %s on %s", what, where);
}

int main(void)
{
	static const char *const move[][2] = {
		{ "/proc", "/root/proc" }, { "/sys", "/root/sys" }, { "/dev", "/root/dev" },
	};

	if (!in_guest()) {
		skip("a program runs in the Debian system", "not in a guest");
		return tap_done();
	}
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		bail("cannot make a mount namespace");
	mkdir("/base", 0755), mkdir("/change", 0755), mkdir("/root", 0755);
	must_mount(parameter("root_disk", "/dev/ubda"), "/base", "ext4", MS_RDONLY, NULL);
	must_mount("none", "/change", "tmpfs", 0, NULL);
	mkdir("/change/upper", 0755), mkdir("/change/work", 0755);
	/* Without overlayfs the root file system is read-only. */
	if (mount("none", "/root", "overlay", 0,
		  "lowerdir=/base,upperdir=/change/upper,workdir=/change/work") < 0)
		must_mount("/base", "/root", NULL, MS_BIND, NULL);
	must_mount(parameter("work_disk", "/dev/ubdb"), "/root/srv", "ext4", 0, NULL);
	for (size_t i = 0; i < sizeof(move) / sizeof(move[0]); i++)
		must_mount(move[i][0], move[i][1], NULL, MS_BIND | MS_REC, NULL);
	must_mount("none", "/root/tmp", "tmpfs", 0, "mode=1777");
	must_mount("none", "/root/run", "tmpfs", 0, "mode=755");
	/* chroot() alone does not suffice: in a chroot the kernel refuses user namespaces. */
	if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		bail("cannot make the Debian system the root");
	setenv("HOME", "/root", 1);
	execl("/bin/bash", "bash", parameter("run", "/srv/run-all"), parameter("from", "1"),
	      parameter("list", ""), NULL);
	bail("no /bin/bash");
}
