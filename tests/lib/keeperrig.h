/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeperrig.h - run a keeper's poll loop against a console, an agent and clients of a test
 *
 * Used by u-keeper.c and f-keeper.c. The test has the kernel's ends of both consoles, and connects
 * as a client, so it can send any bytes. rig_step() runs the loop until nothing is ready.
 */
#ifndef KEEPERRIG_H
#define KEEPERRIG_H

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/files.h"
#include "base/where.h"
#include "link/agentlink.h"
#include "machine/keeper_clients.h"
#include "machine/keeper_console.h"
#include "machine/keeper_loop.h"
#include "scratch.h"

enum { RIG_CLIENTS = 8, RIG_STEPS = 40 };

struct rig {
	struct keeper keeper;
	int console_listen, agent_listen;
	int console, agent;		/* the guest's ends; -1: closed */
	int clients[RIG_CLIENTS];	/* -1: not connected */
};

static struct rig rig;

static int rig_listen(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", rig.keeper.machine.run_dir,
		 name);
	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 300))
		exit(125);
	return fd;
}

/* Makes the folders. Called once, after scratch_make(). */
static void rig_init(void)
{
	char *reason;

	if (where_folders_make(&reason))
		exit(125);
	machine_describe(&rig.keeper.machine, "pc");
	if (machine_save(&rig.keeper.machine) || dir_make(rig.keeper.machine.run_dir, 0700))
		exit(125);
}

static void rig_accept(void)
{
	if (rig.console < 0)
		rig.console = accept4(rig.console_listen, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (rig.agent < 0)
		rig.agent = accept4(rig.agent_listen, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Runs the loop a number of times, which is enough for what fits into a socket. */
__attribute__((unused))
static void rig_step(void)
{
	for (int i = 0; i < RIG_STEPS; i++)
		keeper_loop_step(&rig.keeper, 0);
	rig_accept();
}

/* Starts a keeper that has connected to the console and the agent. */
static void rig_begin(void)
{
	struct machine machine = rig.keeper.machine;

	rig.keeper = (struct keeper){ .machine = machine, .report_fd = -1,
				      .state = MACHINE_BOOTING };
	keeper_loop_init(&rig.keeper);
	rig.console_listen = rig_listen("con0");
	rig.agent_listen = rig_listen("con1");
	rig.keeper.ctl_fd = rig_listen("ctl");
	rig.console = rig.agent = -1;
	for (int i = 0; i < RIG_CLIENTS; i++)
		rig.clients[i] = -1;
	keeper_console_log_open(&rig.keeper);
	keeper_loop_step(&rig.keeper, 0);
	rig_accept();
}

static void rig_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void rig_end(void)
{
	keeper_loop_end(&rig.keeper);
	for (int i = 0; i < RIG_CLIENTS; i++)
		rig_close(&rig.clients[i]);
	rig_close(&rig.console);
	rig_close(&rig.agent);
	rig_close(&rig.console_listen);
	rig_close(&rig.agent_listen);
	rig_close(&rig.keeper.ctl_fd);
	words_release(&rig.keeper.status.keys);
	words_release(&rig.keeper.status.values);
}

static int rig_connect(void)
{
	char *path = txt_printf("%s/ctl", rig.keeper.machine.run_dir);
	int fd = fd_connect(path, true);

	free(path);
	return fd;
}

/* Returns how much memory the keeper's queues hold. */
static size_t rig_queued(void)
{
	return clients_backlog() + agentlink_pending(&rig.keeper.agent) + rig.keeper.typed_size;
}

#endif
