// SPDX-License-Identifier: GPL-2.0-only
/*
 * agent_init.c - mount the root file system and become its init
 *
 * Called by main() as the first program of the machine (PID 1). In order:
 *   1. Mount /dev, /proc and, as a hostfs, the folder that the keeper prepared for this start
 *      (umlab.host= on the kernel's command line). The file `params` in this folder has lines
 *        root=DEVICE    root_type=TYPE    init=PATH    mount=PATH:NAME IN hostfs=:ro|rw
 *   2. Mount the root file system, move /dev and /proc into it, and mount /run there. Mount the
 *      keeper's folder at /run/umlab/host, then the other folders of the host.
 *   3. On the first boot of the machine, run early.sh from the keeper's folder in the new root.
 *      early.sh installs the files of the lab before a service can need them.
 *   4. Fork the agent and become init, or init_tiny() if the root file system has no init.
 * These steps need no file of the image, so any root file system works.
 */
#include "guest/agent_init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/init_tiny.h"

static const char host_dir[] = "/umlab-host";

struct params {
	char root[128], init[128], root_type[32];
	char text[8192];
};

static void trouble(const char *what, const char *which)
{
	printf("umlab: %s %s: %s\n", what, which, strerror(errno));
	fflush(stdout);
}

static bool mount_at(const char *source, const char *target, const char *type,
		     unsigned long flags, const char *data)
{
	mkdir(target, 0755);
	if (!mount(source, target, type, flags, data) || errno == EBUSY)
		return true;
	trouble("cannot mount", target);
	return false;
}

/* Finds the value of NAME= on the kernel's command line. */
static bool word_find(const char *name, char *value, size_t size)
{
	char line[4096] = "", *word, *rest = line;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	(void)!read(fd, line, sizeof(line) - 1);
	close(fd);
	line[strcspn(line, "\n")] = '\0';
	while ((word = strsep(&rest, " ")))
		if (!strncmp(word, name, strlen(name)) && word[strlen(name)] == '=') {
			snprintf(value, size, "%s", word + strlen(name) + 1);
			return true;
		}
	return false;
}

static void params_read(struct params *params)
{
	char path[64], *line, *rest;
	static char copy[sizeof(params->text)];
	int fd;

	snprintf(params->root, sizeof(params->root), "/dev/ubda");
	snprintf(params->init, sizeof(params->init), "/sbin/init");
	snprintf(params->root_type, sizeof(params->root_type), "ext4");
	snprintf(path, sizeof(path), "%s/params", host_dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)!read(fd, params->text, sizeof(params->text) - 1);
	close(fd);
	strcpy(copy, params->text);
	rest = copy;
	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "root=", 5))
			snprintf(params->root, sizeof(params->root), "%s", line + 5);
		else if (!strncmp(line, "init=", 5))
			snprintf(params->init, sizeof(params->init), "%s", line + 5);
		else if (!strncmp(line, "root_type=", 10))
			snprintf(params->root_type, sizeof(params->root_type), "%s", line + 10);
	}
}

/* Mounts folders of the host from lines such as mount=/hostlab:/host0:ro. */
static void folders_mount(char *text)
{
	char *line, *from, *mode;

	while ((line = strsep(&text, "\n"))) {
		char target[512];

		if (strncmp(line, "mount=", 6))
			continue;
		line += 6;
		from = strchr(line, ':');
		mode = from ? strchr(from + 1, ':') : NULL;
		if (!mode)
			continue;
		*from++ = '\0';
		*mode++ = '\0';
		snprintf(target, sizeof(target), "/root%s", line);
		for (char *slash = strchr(target + 6, '/'); slash; slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			mkdir(target, 0755);
			*slash = '/';
		}
		mount_at("none", target, "hostfs", !strcmp(mode, "ro") ? MS_RDONLY : 0, from);
	}
}

/* Runs early.sh, unless it has already run in this machine; the script leaves a mark. */
static void early_run(void)
{
	pid_t pid;
	int status;

	if (!access("/var/lib/umlab/configured", F_OK) || access("/run/umlab/host/early.sh", F_OK))
		return;
	pid = fork();
	if (!pid) {
		setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
		execl("/bin/sh", "sh", "/run/umlab/host/early.sh", NULL);
		trouble("cannot run", "/bin/sh");
		_exit(127);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status)
		printf("umlab: early.sh failed with status %d\n", status);
}

/* Mounts the root file system; waits up to a second for its device. */
static bool root_mount(const struct params *params)
{
	bool hostfs = !strcmp(params->root_type, "hostfs");

	for (int tries = 0; tries < 50; tries++) {
		if (!mount(hostfs ? "none" : params->root, "/root", params->root_type,
			   hostfs ? 0 : MS_NOATIME, hostfs ? params->root : NULL))
			return true;
		if (errno != ENOENT && errno != ENXIO)
			break;
		usleep(20000);
	}
	trouble("cannot mount the root file system", params->root);
	return false;
}

void init_main(char *name, void (*agent)(char *name))
{
	static struct params params;
	char host[512] = "", data[600], *const no_env[] = { "HOME=/", "TERM=linux", NULL };

	mount_at("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, NULL);
	mount_at("proc", "/proc", "proc", 0, NULL);
	if (word_find("umlab.host", host, sizeof(host))) {
		snprintf(data, sizeof(data), "%s", host);
		mount_at("none", host_dir, "hostfs", MS_RDONLY, data);
	}
	params_read(&params);
	mkdir("/root", 0700);
	if (!root_mount(&params))
		return;

	mount("/dev", "/root/dev", NULL, MS_MOVE, NULL);
	mount("/proc", "/root/proc", NULL, MS_MOVE, NULL);
	mount_at("tmpfs", "/root/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
	mkdir("/root/run/umlab", 0755);
	mkdir("/root/run/umlab/host", 0755);
	mount(host_dir, "/root/run/umlab/host", NULL, MS_MOVE, NULL);
	folders_mount(params.text);

	/* Free the memory of the initial file system. A running program stays in memory. */
	unlink("/init");
	if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/")) {
		trouble("cannot change to", "the root file system");
		return;
	}
	early_run();
	if (!fork())
		agent(name);
	execve(params.init, (char *const []){ params.init, NULL }, no_env);
	printf("umlab: %s: %s; using the init of umlab\n", params.init, strerror(errno));
	init_tiny();
}
