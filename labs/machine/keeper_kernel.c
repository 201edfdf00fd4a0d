// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_kernel.c - start or adopt a machine's kernel, and prepare its files
 *
 * Called by keeper.c at each start. The machine's runtime folder contains:
 *   con0, con1        sockets that the kernel makes: console, agent
 *   netctl            the kernel's socket for adding and removing interfaces
 *   guest/            the folder that every guest can read: params (guest/agent_init.c),
 *                     params.sh and the scripts of labs/guest/
 *   host0, host1 ...  links to the folders that the guest mounts, because their paths may contain
 *                     blanks, colons and commas, which kernel options cannot contain
 * The kernel runs in the machine's folder, so the option for its disk needs no path.
 */
#include "machine/keeper_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/files.h"
#include "base/pidfile.h"
#include "base/tell.h"
#include "base/where.h"
#include "machine/bounds.h"
#include "machine/disk.h"
#include "machine/guestfiles.h"
#include "machine/nic.h"

enum { LOCK_SECONDS = 2 };

/* Adds the arguments of the kernel. */
static void kernel_words(const struct machine *machine, struct words *words)
{
	const struct conf *conf = &machine->conf;
	struct words folders = { 0 };
	const char *value;
	int nr = 0;

	words_addf(words, "mem=%s", conf_get(conf, "mem") ? : "256M");
	words_addf(words, "ubd0=%s", disk_argument(machine));
	words_addf(words, "initrd=%s", where_lib("agent.cpio"));
	words_addf(words, "con0=unix:%s/con0", machine->run_dir);
	words_addf(words, "con1=unix:%s/con1", machine->run_dir);
	words_addf(words, "netctl=%s/netctl", machine->run_dir);
	words_addf(&folders, "%s/guest,ro", machine->run_dir);
	for (int at = -1; (value = conf_next(conf, "mount", &at));)
		words_addf(&folders, "%s/host%d%s", machine->run_dir, nr++,
			   txt_starts(value, "ro:") ? ",ro" : "");
	words_addf(words, "hostfs=%s", words_join(&folders, ":"));
	words_addf(words, "umlab.host=%s/guest", machine->run_dir);
	for (int at = -1; (value = conf_next(conf, "nic", &at));)
		words_add(words, nic_kernel_option(conf, value));
	words_addf(words, "umid=%s%s%s", machine->name, machine->lab ? "." : "",
		   machine->lab ? machine->lab : "");
	/* `umlab debug --wait` started this keeper, whose first kernel (only) waits for gdb. */
	if (getenv("UMLAB_GDB_WAIT")) {
		words_add(words, "gdb=wait");
		unsetenv("UMLAB_GDB_WAIT");
	}
	words_add(words, "umlab.autologin");
	words_add(words, "quiet");
	for (int at = -1; (value = conf_next(conf, "append", &at));)
		words_add(words, value);
}

/* For each mount= "ro:/hostlab:/home/me/lab", makes a link and adds a line for agent_init.c. */
static void folders_link(const struct machine *machine, FILE *params)
{
	const char *value, *target;
	int nr = 0;

	for (int at = -1; (value = conf_next(&machine->conf, "mount", &at)); nr++) {
		char *link = txt_printf("%s/host%d", machine->run_dir, nr);

		target = strchr(value + 3, ':');
		if (!target || symlink(target + 1, link))
			continue;
		fprintf(params, "mount=%.*s:%s:%.2s\n", (int)(target - value - 3), value + 3, link,
			value);
	}
}

static int guest_folder_make(const struct machine *machine)
{
	char *dir = txt_printf("%s/guest", machine->run_dir), *text = NULL;
	const char *init = conf_get(&machine->conf, "init");
	size_t size;
	FILE *params;
	int error = dir_make(dir, 0700);

	if (error)
		return error;
	params = open_memstream(&text, &size);
	if (init)
		fprintf(params, "init=%s\n", init);
	folders_link(machine, params);
	fclose(params);
	error = file_write(txt_printf("%s/params", dir), text, size, 0644);
	if (!error)
		error = guestfiles_write(machine, dir);
	return error;
}

int keeper_kernel_prepare(struct machine *machine, char **reason)
{
	int error;

	tree_remove(machine->run_dir);
	error = dir_make(machine->run_dir, 0700);
	if (!error)
		error = guest_folder_make(machine);
	if (error) {
		*reason = txt_printf(_("cannot prepare %s: %s"), machine->run_dir,
				     strerror(-error));
		return error;
	}
	if (!file_exists(disk_path(machine)))
		error = disk_create(machine, reason);
	return error;
}

/* Runs in the child: executes the kernel, which inherits the lock and holds it until it ends. */
static void kernel_exec(const struct machine *machine, const char *kernel, struct words *words,
			int lock)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = open(txt_printf("%s/boot.log", machine->dir),
		       O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	setsid();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	dup2(null, 0);
	dup2(log >= 0 ? log : null, 1);
	dup2(log >= 0 ? log : null, 2);
	fcntl(lock, F_SETFD, 0);
	if (!chdir(machine->dir))
		bounds_exec(machine, kernel, words);
	printf("cannot run %s: %s\n", kernel, strerror(errno));
	fflush(stdout);
	_exit(127);
}

int keeper_kernel_spawn(const struct machine *machine, pid_t *pid, int *pidfd, char **reason)
{
	struct words words = { 0 };
	const char *kernel = where_kernel();
	char *path = txt_printf("%s/lock", machine->dir);
	int lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600), error;

	if (!file_exists(kernel)) {
		*reason = txt_printf(_("%s: there is no kernel; 'make kernel' builds it, "
				       "UMLAB_LINUX names another"), kernel);
		error = -ENOENT;
		goto out_lock;
	}
	/* machine_runs() in another process may hold the lock for a moment. */
	error = lock < 0 ? -errno : fd_lock_wait(lock, LOCK_EX, LOCK_SECONDS);
	if (error) {
		*reason = txt_printf(_("cannot lock %s: %s"), machine->dir, strerror(-error));
		goto out_lock;
	}
	words_add(&words, "umlab-linux");
	kernel_words(machine, &words);
	*pid = fork();
	if (!*pid)
		kernel_exec(machine, kernel, &words, lock);
	words_release(&words);
	if (*pid < 0) {
		error = -errno;
		*reason = txt_printf(_("cannot start a process: %s"), strerror(-error));
		goto out_lock;
	}
	*pidfd = pidfd_open(*pid, 0);
	free(path);
	path = txt_printf("%s/kernel", machine->run_dir);
	error = pidfile_write(path, *pid);
out_lock:
	/* The kernel has inherited the lock, and only the kernel holds it from now on. */
	if (lock >= 0)
		close(lock);
	free(path);
	return error;
}

int keeper_kernel_adopt(const struct machine *machine, pid_t *pid, int *pidfd)
{
	char *path = txt_printf("%s/kernel", machine->run_dir);

	*pidfd = pidfile_open(path, pid);
	free(path);
	return *pidfd < 0 ? -ESRCH : 0;
}
