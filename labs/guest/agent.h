/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agent.h - the parts of the program that umlab puts into each guest
 */
#ifndef AGENT_H
#define AGENT_H

#include <stdbool.h>

#include "link/agentlink.h"

/* agent_init.c: first program of the machine; returns when there is no root to go to. */
void init_main(char *name);
/* agent.c: the agent itself, until the machine ends. @name is argv[0], to be overwritten. */
void agent_main(char *name) __attribute__((noreturn));
/* init_tiny.c: init of a machine whose root has none of its own. */
void init_tiny(void) __attribute__((noreturn));

/* agent_child.c: programs that were asked for, one per channel. */
struct pollfd;

enum { CHILD_FDS = 3 };		/* descriptors of a child that are polled */

void child_open(struct agentlink *link, unsigned int channel, const char *text, size_t size);
void child_frame(struct agentlink *link, const struct agent_header *header, const char *payload);
void child_close_all(void);
/* Something ended: collects it and tells the keeper. */
void child_reap(struct agentlink *link);
/* What to poll for; then what to do about it. Returns the number of entries used. */
int child_poll_fill(struct pollfd *polled, int room);
void child_poll_done(struct agentlink *link, const struct pollfd *polled, int nr);
/* Programs that wait until the system is up. True: some still do. */
bool child_start_waiting(struct agentlink *link);

/* agent_account.c: an account of the guest, by name or number; without /etc/passwd there is root. */
struct account {
	unsigned int uid, gid;
	char home[256], shell[256];
};

bool account_find(const char *name, struct account *account);

void agent_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
