// SPDX-License-Identifier: GPL-2.0-only
/*
 * f-agent_child.c - fuzz the agent's programs by a broken keeper (labs/guest/agent_child.c)
 *
 * The input is what the keeper sends to the agent in a guest. The linker replaces the calls that
 * would start programs, send signals or change the host (--wrap): a started program is a process
 * that ends at once.
 */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "guest/agent_child.h"
#include "link/agentlink.h"

enum { POLLED_MAX = AGENT_CHANNELS * CHILD_FDS, STARTS_MAX = 4 };

static int nr_starts;

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	pid_t pid;

	if (nr_starts++ >= STARTS_MAX)
		return -1;
	pid = __real_fork();
	if (!pid)
		_exit(0);
	return pid;
}

int __wrap_kill(pid_t pid, int number);
int __wrap_kill(pid_t pid, int number)
{
	(void)pid;
	(void)number;
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pollfd polled[POLLED_MAX];
	struct agent_header header;
	struct agentlink link;
	const char *payload;
	int fds[2], nr;

	nr_starts = 0;
	fuzz_check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds));
	agentlink_init(&link, fds[0], 64 << 20);
	fuzz_check(write(fds[1], data, size) == (ssize_t)size);
	while (agentlink_receive(&link) > 0)
		while (agentlink_next(&link, &header, &payload)) {
			if (header.channel && header.type == AGENT_OPEN)
				child_open(&link, header.channel, payload, header.size);
			else if (header.channel)
				child_frame(&link, &header, payload);
			nr = child_poll_fill(polled, POLLED_MAX);
			if (poll(polled, nr, 0) >= 0)
				child_poll_done(&link, polled, nr);
			child_start_waiting(&link);
			child_reap(&link);
		}
	child_close_all();
	while (waitpid(-1, NULL, 0) > 0)
		;
	agentlink_release(&link);
	close(fds[1]);
	return 0;
}
