/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - find this user's machines, their settings and their state
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <sys/types.h>

#include "base/conf.h"

enum machine_state {
	MACHINE_STOPPED,
	MACHINE_BOOTING,	/* the kernel runs */
	MACHINE_STARTING,	/* the agent answers, and the startup scripts run */
	MACHINE_READY,		/* the startup scripts have succeeded */
	MACHINE_TROUBLE,	/* the startup scripts have finished, but one of them failed */
	MACHINE_STOPPING,	/* a clean shutdown has been requested */
	MACHINE_NR_STATES
};

struct machine {
	char *id;		/* NAME, or LAB ID/NAME */
	char *name;
	char *lab;		/* lab id, or NULL */
	char *dir;		/* its files: machine.conf, disk, logs, snapshots */
	char *run_dir;		/* sockets, while it runs */
	struct conf conf;
};

struct machines {
	struct machine *at;
	int nr;
};

const char *machine_state_name(enum machine_state state);	/* translated */
const char *machine_state_word(enum machine_state state);	/* for scripts */
/* Returns the state for a word of machine_state_word(). Unknown words give MACHINE_BOOTING. */
enum machine_state machine_state_parse(const char *word, size_t size);

/* Reads the settings of the machine with this id. 0, or -ENOENT. */
int machine_open(struct machine *machine, const char *id);
/* Fills in the names and folders of a machine that need not exist. The settings stay empty. */
void machine_describe(struct machine *machine, const char *id);
/*
 * Finds the machine that a user means by @word. In this order: an id; a machine of the lab in
 * @lab_dir, by default the current folder; a machine without a lab; a name that occurs in one lab
 * only. 0, or -errno with advice in *reason.
 */
int machine_find(struct machine *machine, const char *word, const char *lab_dir, char **reason);
/* Lists the machines of the lab with the id @lab, or all machines of this user (NULL), sorted. */
void machine_list(struct machines *machines, const char *lab);
/* Writes the settings to machine.conf. 0 or -errno. */
int machine_save(const struct machine *machine);

/*
 * Returns the state from the file `status`. To wait for a change, use machine_wait.h. @status (may
 * be NULL) receives the whole file: phase, since, pid, started, scripts.
 */
enum machine_state machine_state(const struct machine *machine, struct conf *status);
bool machine_runs(const struct machine *machine);

#endif
