// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_kernel.c - start or adopt a machine's kernel, and prepare its files
 *
 * Called by keeper.c at each start. The machine's runtime folder contains:
 *   con0, con1        sockets that the kernel makes: console, agent
 *   netctl            the kernel's socket for adding and removing interfaces
 *   guest/            the folder that every guest can read: params (guest/agent_init.c),
 *                     params.sh and the scripts of labs/guest/
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

/*
 * Adds the folder @path, which the guest mounts as @name. A path may contain blanks, colons and
 * commas, which must be encoded. The kernel refuses a path that contains links.
 */
static void folder_add(struct words *folders, const char *path, const char *name, bool read_only)
{
	static const char digits[] = "0123456789abcdef";
	char *encoded = txt_alloc(3 * strlen(path) + 1, 1), *to = encoded;

	for (; *path; path++) {
		unsigned char c = *path;

		if (c > ' ' && c < 0x7f && !strchr("%:,\"'\\", c)) {
			*to++ = c;
			continue;
		}
		*to++ = '%';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	*to = '\0';
	words_addf(folders, "%s%s,as=%s", encoded, read_only ? ",ro" : "", name);
	free(encoded);
}

/* Adds the arguments of the kernel. */
static void kernel_words(const struct machine *machine, struct words *words)
{
	const struct conf *conf = &machine->conf;
	struct words folders = { 0 };
	char *run_dir = realpath(machine->run_dir, NULL);
	const char *value, *host;
	int nr = 0;

	words_addf(words, "mem=%s", conf_get(conf, "mem") ? : "256M");
	words_addf(words, "ubd0=%s", disk_argument(machine));
	words_addf(words, "initrd=%s", where_lib("agent.cpio"));
	words_addf(words, "con0=unix:%s/con0", machine->run_dir);
	words_addf(words, "con1=unix:%s/con1", machine->run_dir);
	words_addf(words, "netctl=%s/netctl", machine->run_dir);
	folder_add(&folders, txt_printf("%s/guest", run_dir ? run_dir : machine->run_dir), "/umlab",
		   true);
	free(run_dir);
	for (int at = -1; (value = conf_next(conf, "mount", &at)); nr++) {
		host = strchr(value + 3, ':');
		if (host)
			folder_add(&folders, host + 1, txt_printf("/host%d", nr),
				   txt_starts(value, "ro:"));
	}
	words_addf(words, "hostfs=%s", words_join(&folders, ":"));
	words_add(words, "umlab.host=/umlab");
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

/* For each mount= "ro:/hostlab:/home/me/lab", adds a line for agent_init.c. */
static void folders_tell(const struct machine *machine, FILE *params)
{
	const char *value, *host;
	int nr = 0;

	for (int at = -1; (value = conf_next(&machine->conf, "mount", &at)); nr++) {
		host = strchr(value + 3, ':');
		if (host)
			fprintf(params, "mount=%.*s:/host%d:%.2s\n", (int)(host - value - 3),
				value + 3, nr, value);
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
	folders_tell(machine, params);
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
