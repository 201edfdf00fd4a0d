// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper.c - run the keeper, the process that looks after a running machine
 *
 * Called by main() for `umlab keeper ID`, which machine_connect.c executes.
 *
 * Theory of operation
 *   Each machine has one keeper, which starts the kernel and serves its console and agent. The
 *   keeper has no terminal and is one poll() loop (keeper_loop.c) over
 *     the kernel's pidfd      readable when the machine has ended
 *     console                 con0=unix:RUN/con0; its output goes to console.log and to
 *                             all clients that are attached
 *     agent                   con1=unix:RUN/con1; frames (agentwire.h)
 *     ctl and its clients     keeper_clients.c
 *   The kernel does not need the keeper, because both sockets belong to the kernel. If the keeper
 *   is killed, the machine goes on, and the next command starts a keeper that adopts the machine.
 *
 *   States (enum machine_state); the keeper writes them to `status` and sends them to watchers:
 *     booting    the kernel runs. Entered at the start, and when the kernel closes its sockets
 *                for a reboot; left when the agent answers
 *     starting   the agent has answered for the first time after this boot, and startup.sh
 *                runs in the guest (keeper_script.c). Left when startup.sh ends
 *     ready | trouble   startup.sh has succeeded or failed
 *     stopping   a clean shutdown was requested (keeper_stop.c), until the machine ends
 *
 *   Locks. A keeper holds keeper.lock until it ends; the kernel holds `lock`. A start holds a lock
 *   on the machine's folder itself. If a new keeper finds keeper.lock taken and the machine runs,
 *   another keeper is in charge. If the machine does not run, the keeper of the last run is just
 *   ending, and the new keeper waits until it has ended (locks_take()).
 */
#include "machine/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "machine/keeper_console.h"
#include "machine/keeper_kernel.h"
#include "machine/keeper_loop.h"
#include "machine/record.h"

enum {
	START_SECONDS = 600,	/* limit for another keeper's start, which may copy a disk */
	BOOT_LOG_READ = 65536,	/* bytes at the end of boot.log, which the kernel writes */
	END_SECONDS = 10,	/* how long to wait until the keeper of the last run has ended */
};

/* Opens the file @path and frees the string, which usually comes from txt_printf(). */
static int open_and_free(char *path, int flags)
{
	int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);

	free(path);
	return fd;
}

static int ctl_open(struct keeper *keeper)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/ctl", keeper->machine.run_dir);
	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 16))
		return -errno;
	keeper->ctl_fd = fd;
	return 0;
}

/* ---- the end ----------------------------------------------------------------------- */

/* Returns the last line in the file @path that is not blank, or "". Frees @path. */
static char *last_line(char *path)
{
	char *text, *line = NULL, *rest, *one;
	size_t size;
	int error = file_read_end(path, BOOT_LOG_READ, &text, &size);

	free(path);
	if (error)
		return txt_copy("");
	rest = text;
	while ((one = strsep(&rest, "\n")))
		if (*txt_trim(one))
			line = one;
	line = txt_copy(line ? txt_trim(line) : "");
	free(text);
	return line;
}

/* Writes how the kernel ended to the file `last`. Reports why if no console was ever opened. */
static void kernel_gone(struct keeper *keeper)
{
	char *path = txt_printf("%s/last", keeper->machine.dir), *words;
	struct conf last = { 0 };
	int status = 0;

	if (!keeper->adopted && waitpid(keeper->kernel_pid, &status, 0) == keeper->kernel_pid) {
		if (WIFEXITED(status))
			conf_setf(&last, "exit", "%d", WEXITSTATUS(status));
		else
			conf_setf(&last, "signal", "%d", WTERMSIG(status));
	}
	conf_setf(&last, "ended", "%ld", (long)time(NULL));
	conf_write(&last, path);
	free(path);
	if (keeper->report_fd >= 0) {
		words = last_line(txt_printf("%s/boot.log", keeper->machine.dir));
		keeper_report(keeper, *words ? words : "the kernel ended at once");
		free(words);
	}
}

/* ---- start ------------------------------------------------------------------------- */

/* Takes both locks; the caller closes *start_fd after the start. 1: another keeper is in charge. */
static int locks_take(struct keeper *keeper, int *start_fd)
{
	int fd, error;

	*start_fd = open(keeper->machine.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*start_fd < 0)
		return -errno;
	error = fd_lock_wait(*start_fd, LOCK_EX, START_SECONDS);
	if (error)
		return error;
	/* This descriptor is never closed: the lock lasts until this process ends. */
	fd = open_and_free(txt_printf("%s/keeper.lock", keeper->machine.dir), O_RDWR | O_CREAT);
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	return machine_runs(&keeper->machine) ? 1 : fd_lock_wait(fd, LOCK_EX, END_SECONDS);
}

static int adopt(struct keeper *keeper)
{
	char *path = txt_printf("%s/status", keeper->machine.run_dir);
	const char *boot;
	int error;

	keeper->adopted = true;
	conf_read(&keeper->status, path);
	free(path);
	keeper->state = machine_state(&keeper->machine, NULL);
	boot = conf_get(&keeper->status, "boot");
	snprintf(keeper->boot, sizeof(keeper->boot), "%s", boot ? boot : "");
	/* The keeper that waited for the startup scripts is dead. Do not run the scripts twice. */
	keeper_state_set(keeper,
			 keeper->state == MACHINE_STARTING ? MACHINE_TROUBLE : keeper->state);
	error = ctl_open(keeper);
	if (!error)
		keeper_report(keeper, "up\n");
	return error;
}

/* Adopts the kernel that runs, or starts one. */
static int keeper_begin(struct keeper *keeper, char **reason)
{
	struct machine *machine = &keeper->machine;
	bool held = getenv("UMLAB_GDB_WAIT");
	int error;

	if (machine_runs(machine) &&
	    !keeper_kernel_adopt(machine, &keeper->kernel_pid, &keeper->kernel_fd))
		return adopt(keeper);
	error = keeper_kernel_prepare(machine, reason);
	if (!error)
		error = ctl_open(keeper);
	if (!error)
		error = keeper_kernel_spawn(machine, &keeper->kernel_pid, &keeper->kernel_fd,
					    reason);
	if (error)
		return error;
	conf_setf(&keeper->status, "pid", "%d", keeper->kernel_pid);
	conf_setf(&keeper->status, "started", "%ld", (long)time(NULL));
	keeper_state_set(keeper, MACHINE_BOOTING);
	/* A kernel that waits for gdb opens its consoles only later, so report the start now. */
	if (held)
		keeper_report(keeper, "up\n");
	return 0;
}

enum status keeper_main(const char *id)
{
	static struct keeper keeper;
	char *reason = NULL;
	int error, start_fd;

	keeper_loop_init(&keeper);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_NAME, "umlab-keeper");
	/* The programs that the keeper starts must not inherit the pipe. */
	keeper.report_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(STDIN_FILENO, STDOUT_FILENO);
	if (machine_open(&keeper.machine, id)) {
		keeper_report(&keeper, "this machine does not exist");
		return STATUS_ABSENT;
	}
	error = locks_take(&keeper, &start_fd);
	if (error) {
		keeper_report(&keeper, error > 0 ? "up\n" : strerror(-error));
		return error > 0 ? STATUS_OK : STATUS_FAILED;
	}
	record_open(&keeper.machine);
	recordf("record", "keeper %d", getpid());
	error = keeper_begin(&keeper, &reason);
	close(start_fd);
	if (error) {
		keeper_report(&keeper, reason ? reason : strerror(-error));
		return STATUS_FAILED;
	}
	keeper_console_log_open(&keeper);
	while (keeper_loop_step(&keeper, -1))
		;
	kernel_gone(&keeper);
	recordf("state", "%s", machine_state_word(MACHINE_STOPPED));
	keeper_loop_end(&keeper);
	tree_remove(keeper.machine.run_dir);
	return STATUS_OK;
}
