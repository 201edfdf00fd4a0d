// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine_end.c - stop, kill and remove machines
 *
 * Called by the verbs and by labmake.c. The keeper performs a clean shutdown (keeper_stop.c); this
 * file only requests the shutdown, and machine_wait() waits until the machine has stopped. Killing
 * works even if the keeper does not answer. Removing takes the lock under which keepers start
 * machines (keeper.c), because a keeper in the middle of a start would run a kernel whose files
 * are gone.
 */
#include "machine/machine_end.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/files.h"
#include "base/pidfile.h"
#include "base/timing.h"
#include "machine/labdir.h"
#include "machine/machine_connect.h"
#include "machine/record.h"

enum {
	KILL_SECONDS = 5,
	KEEPER_SECONDS = 2,
	START_SECONDS = 600,	/* for a keeper that starts the machine and may be copying a disk */
};

int machine_stop(const struct machine *machine)
{
	int error = machine_call(machine, "stop");

	return error == -ENOTCONN ? 0 : error;
}

int machine_kill(const struct machine *machine)
{
	char *recorded = txt_printf("%s/kernel", machine->run_dir);
	char *lock = txt_printf("%s/lock", machine->dir);
	double deadline = timing_deadline(KILL_SECONDS);
	pid_t pid;
	int fd;

	while (machine_runs(machine) && timing_poll_ms(deadline)) {
		fd = pidfile_open(recorded, &pid);
		if (fd >= 0) {
			pidfd_send_signal(fd, SIGKILL, NULL, 0);
			poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1,
			     timing_poll_ms(deadline));
			close(fd);
		}
		/* The kernel is not recorded yet, or its helpers still hold the lock. Try again. */
		file_lock_wait(lock, 0.02);
	}
	free(recorded);
	free(lock);
	return machine_runs(machine) ? -EBUSY : 0;
}

int machine_remove(struct machine *machine)
{
	int start_fd = open(machine->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *lock;
	int error;

	if (start_fd < 0)
		return -errno;
	error = fd_lock_wait(start_fd, LOCK_EX, START_SECONDS);
	if (!error)
		error = machine_kill(machine);
	if (error)
		goto out_close;
	/* The keeper ends a little later, because it first writes how the machine ended. */
	lock = txt_printf("%s/keeper.lock", machine->dir);
	file_lock_wait(lock, KEEPER_SECONDS);
	free(lock);
	record_keep(machine);
	error = tree_remove(machine->dir);
	tree_remove(machine->run_dir);
	if (machine->lab)
		lab_state_prune(machine->lab);
out_close:
	close(start_fd);
	return error;
}
