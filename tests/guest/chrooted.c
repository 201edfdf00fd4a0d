// SPDX-License-Identifier: GPL-2.0-only
/*
 * chrooted.c - run a program of a second disk in the Debian system of the first, without its systemd
 *
 * Kernel parameters: root_disk=/dev/ubda, work_disk=/dev/ubdb, run="/srv/run-all" and its arguments, from=N and list=NAME.
 * The first disk is only read: a tmpfs takes the changes. Used by lib/selftests.sh.
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

static void must_mount(const char *what, const char *where, const char *type, unsigned long flags, const char *options)
{
	if (mount(what, where, type, flags, options) < 0)
		bail("cannot mount %s on %s", what, where);
}

int main(void)
{
	static const char *const move[][2] = { { "/proc", "/root/proc" }, { "/sys", "/root/sys" }, { "/dev", "/root/dev" } };
	if (!in_guest()) {
		skip("a program runs in the Debian system", "not in a guest");
		return tap_done();
	}
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		bail("mounts of its own");
	mkdir("/base", 0755), mkdir("/change", 0755), mkdir("/root", 0755);
	must_mount(parameter("root_disk", "/dev/ubda"), "/base", "ext4", MS_RDONLY, NULL);
	must_mount("none", "/change", "tmpfs", 0, NULL);
	mkdir("/change/upper", 0755), mkdir("/change/work", 0755);
	/* Without overlayfs it works too, only read-only. */
	if (mount("none", "/root", "overlay", 0, "lowerdir=/base,upperdir=/change/upper,workdir=/change/work") < 0)
		must_mount("/base", "/root", NULL, MS_BIND, NULL);
	must_mount(parameter("work_disk", "/dev/ubdb"), "/root/srv", "ext4", 0, NULL);
	for (size_t i = 0; i < sizeof(move) / sizeof(move[0]); i++)
		must_mount(move[i][0], move[i][1], NULL, MS_BIND | MS_REC, NULL);
	must_mount("none", "/root/tmp", "tmpfs", 0, "mode=1777");
	must_mount("none", "/root/run", "tmpfs", 0, "mode=755");
	/* Not chroot alone: inside one, user namespaces are refused. Nor in init's own mounts. */
	if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		bail("the Debian system as root");
	setenv("HOME", "/root", 1);
	execl("/bin/bash", "bash", parameter("run", "/srv/run-all"), parameter("from", "1"), parameter("list", ""), NULL);
	bail("no /bin/bash");
}
