/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper.h - the process beside each running machine: its console, its agent, its end
 */
#ifndef KEEPER_H
#define KEEPER_H

#include <sys/types.h>
#include <time.h>

#include "machine/machine.h"
#include "link/wirelink.h"

/* Everything the keeper knows; one per process. */
struct keeper {
	struct machine machine;
	int report_fd;		/* whoever started us waits for a line here; -1: told */
	int keeper_lock_fd;
	pid_t kernel_pid;
	int kernel_fd;		/* pidfd */
	bool adopted;		/* the kernel is not our child */
	int ctl_fd;
	int console_fd;		/* the machine's con0; -1: not there (yet) */
	int console_log_fd;
	off_t console_log_size;
	struct wire_link agent;	/* the machine's con1 */
	bool agent_answers;
	struct timespec ping_sent;	/* tv_sec 0: none is under way */
	time_t agent_heard;		/* monotonic seconds */
	time_t stop_asked;		/* when init was last asked to power off; 0: never */
	char agent_id[64];	/* what it said last */
	char boot[64];		/* its first part: the boot whose startup files were run */
	enum machine_state state;
	struct conf status;	/* what the status file says */
};

/* keeper.c: `umlab keeper ID`. */
enum status keeper_main(const char *id);
void keeper_state_set(struct keeper *keeper, enum machine_state state);
void keeper_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* keeper_kernel.c: the command line, and what the guest may read of us. 0, or -errno with a reason. */
int kernel_prepare(struct keeper *keeper, char **reason);
int kernel_spawn(struct keeper *keeper, char **reason);
/* Takes over a kernel that runs; -ESRCH: it is gone. */
int kernel_adopt(struct keeper *keeper);
/* The words that follow the kernel's name, for `umlab run --print` too. */
void kernel_words(const struct machine *machine, struct words *words);

/* keeper_clients.c: connections of the command, and their channels to the agent. */
struct pollfd;

enum { KEEPER_CLIENTS = 64 };

void clients_accept(struct keeper *keeper);
int clients_poll_fill(struct pollfd *polled, int room);
void clients_poll_done(struct keeper *keeper, const struct pollfd *polled, int nr);
/* A frame of the agent for a channel. */
void clients_agent_frame(struct keeper *keeper, const struct wire_header *header, const char *payload);
/* The agent, or all of the machine, is gone; or there (again). */
void clients_agent_lost(struct keeper *keeper);
void clients_agent_found(struct keeper *keeper);
/* Asks init for the end of the machine. */
void clients_power_off(struct keeper *keeper);
/* Does anybody wait for the agent? */
bool clients_wait(void);
/* Something is wanted of the agent: it has PING_SECONDS to show that it lives. */
void keeper_agent_ping(struct keeper *keeper);
void clients_console_output(const char *data, size_t size);
/* Programs of our own in the guest: the startup files, then the shutdown files. */
void clients_run_script(struct keeper *keeper, const char *script, const char *log, void (*ended)(struct keeper *, int status));

#endif
