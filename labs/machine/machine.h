/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - machines of this user: what they are made of, and whether they run
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <sys/types.h>

#include "base/conf.h"

enum machine_state {
	MACHINE_STOPPED,
	MACHINE_BOOTING,	/* the kernel runs */
	MACHINE_STARTING,	/* the agent answers, and startup files run */
	MACHINE_READY,		/* the startup scripts have finished */
	MACHINE_TROUBLE,	/* the same, but one of them failed */
	MACHINE_STOPPING,	/* a clean shutdown was asked for */
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
/* The reverse of machine_state_word(); an unknown word is MACHINE_BOOTING. */
enum machine_state machine_state_parse(const char *word, size_t size);

/* Reads the settings of the machine with this id. 0, or -ENOENT. */
int machine_open(struct machine *machine, const char *id);
/* Fills in names and folders of a machine that need not exist; its settings stay empty. */
void machine_describe(struct machine *machine, const char *id);
/*
 * What a user typed: an id; NAME of the lab in the current folder, or in @lab_dir; a single
 * machine; a name that only one lab has. 0, or -errno with advice in *reason.
 */
int machine_find(struct machine *machine, const char *word, const char *lab_dir, char **reason);
/* All machines of this user (@lab NULL), or those of one lab; sorted. */
void machine_list(struct machines *machines, const char *lab);
int machine_save(const struct machine *machine);

/*
 * The state from the file `status`; to wait for another one see machine_wait.h. @status (may be
 * NULL) receives what else the keeper wrote there: pid, started, scripts, since.
 */
enum machine_state machine_state(const struct machine *machine, struct conf *status);
bool machine_runs(const struct machine *machine);

#endif
