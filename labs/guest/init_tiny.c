// SPDX-License-Identifier: GPL-2.0-only
/*
 * init_tiny.c - act as init for a root file system that has none, such as a container image
 *
 * Called by agent_init.c as PID 1; never returns. Mounts the file systems that programs expect,
 * keeps a shell on the console and collects orphans. SIGUSR2, SIGTERM and SIGRTMIN+4 power the
 * machine off; SIGINT reboots it. In both cases this file first terminates all processes and
 * writes all data to the disks.
 */
#include "guest/init_tiny.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Ends all processes, then the machine. @how: RB_POWER_OFF or RB_AUTOBOOT. */
static void finish(int how)
{
	signal(SIGCHLD, SIG_DFL);
	kill(-1, SIGTERM);
	for (int i = 0; i < 20 && waitpid(-1, NULL, WNOHANG) >= 0; i++)
		usleep(50000);
	kill(-1, SIGKILL);
	sync();
	mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	reboot(how);
}

static pid_t shell_start(void)
{
	static char *const env[] = {
		"HOME=/root", "TERM=linux",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL
	};
	sigset_t none;
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	setsid();
	fd = open("/dev/hvc0", O_RDWR);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	ioctl(0, TIOCSCTTY, 1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execle("/bin/bash", "-bash", NULL, env);
	execle("/bin/sh", "-sh", NULL, env);
	_exit(127);
}

void init_tiny(void)
{
	pid_t shell, ended;
	sigset_t wanted;
	int number;

	mkdir("/proc", 0555);
	mkdir("/sys", 0555);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mkdir("/dev/pts", 0755);
	mkdir("/dev/shm", 01777);
	mount("devpts", "/dev/pts", "devpts", 0, "mode=620,ptmxmode=666,gid=5");
	mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777");

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGUSR2);
	sigaddset(&wanted, SIGRTMIN + 4);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	/*
	 * From now on Ctrl-Alt-Del sends SIGINT to this process. SIGTERM to the kernel process on
	 * the host acts as Ctrl-Alt-Del.
	 */
	reboot(RB_DISABLE_CAD);
	shell = shell_start();
	for (;;) {
		number = sigwaitinfo(&wanted, NULL);
		if (number == SIGCHLD) {
			while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
				if (ended == shell) {
					sleep(1);
					shell = shell_start();
				}
		} else if (number == SIGINT) {
			finish(RB_AUTOBOOT);
		} else if (number > 0) {
			finish(RB_POWER_OFF);
		}
	}
}
