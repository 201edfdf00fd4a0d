// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine_connect.c - connect to a machine's keeper, and start one if needed
 *
 * Called by session.c, machine_start.c, machine_wait.c and machine_end.c, in the command. The
 * command controls a running machine through the socket `ctl` of its keeper (keeper.c), with the
 * frames of agentwire.h. If a keeper is killed, its machine goes on, and the next command that
 * needs a keeper starts another one.
 */
#include "machine/machine_connect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/where.h"
#include "link/agentlink.h"

/* Runs in the child. Forks again, so that init becomes the keeper's parent. */
static void keeper_exec(const struct machine *machine, int report_fd)
{
	int null = open("/dev/null", O_RDWR);
	int log = open(txt_printf("%s/keeper.log", machine->dir),
		       O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	setsid();
	if (fork())
		_exit(0);
	dup2(null, 0);
	dup2(report_fd, 1);
	dup2(log >= 0 ? log : null, 2);
	/* Close inherited pipes, so that their readers see end of file when the command ends. */
	close_range(3, ~0u, 0);
	execl(where_self(), "umlab", "keeper", machine->id, NULL);
	_exit(127);
}

int machine_keeper_spawn(const struct machine *machine)
{
	int report[2], status;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid)
		keeper_exec(machine, report[1]);
	close(report[1]);
	if (pid < 0) {
		close(report[0]);
		return -EAGAIN;
	}
	waitpid(pid, &status, 0);
	return report[0];
}

static int connect_once(const struct machine *machine)
{
	char *path = txt_printf("%s/ctl", machine->run_dir);
	int fd = fd_connect(path, false);

	free(path);
	return fd;
}

int machine_connect(const struct machine *machine)
{
	char line[64];
	int fd, report;

	if (!machine_runs(machine))
		return -ENOTCONN;
	fd = connect_once(machine);
	if (fd >= 0)
		return fd;
	/* If a keeper runs after all, the new keeper reports "up" and ends. */
	report = machine_keeper_spawn(machine);
	if (report < 0)
		return report;
	(void)fd_read(report, line, sizeof(line));
	close(report);
	fd = connect_once(machine);
	return fd < 0 && !machine_runs(machine) ? -ENOTCONN : fd;
}

int machine_call(const struct machine *machine, const char *request)
{
	struct agent_header header;
	struct agentlink link;
	const char *payload;
	int fd = machine_connect(machine), result = -EPIPE;

	if (fd < 0)
		return fd;
	agentlink_init(&link, fd, AGENT_PAYLOAD_MAX);
	agentlink_send(&link, AGENT_CALL, 0, request, strlen(request));
	agentlink_flush(&link);
	while (result == -EPIPE && agentlink_receive(&link) > 0)
		while (result == -EPIPE && agentlink_next(&link, &header, &payload))
			if (header.type == AGENT_REPLY)
				result = header.size >= 2 && !memcmp(payload, "ok", 2) ? 0 : -EIO;
	agentlink_release(&link);
	return result;
}
