/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - machines of this user: what they are made of, whether they run
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <sys/types.h>

#include "base/conf.h"

enum machine_state {
	MACHINE_STOPPED,
	MACHINE_BOOTING,	/* the kernel runs */
	MACHINE_STARTING,	/* the agent answers, startup files run */
	MACHINE_READY,
	MACHINE_TROUBLE,	/* ready, but a startup file failed */
	MACHINE_STOPPING,
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

/* By id. 0, or -ENOENT. */
int machine_open(struct machine *machine, const char *id);
/* Names the files of a machine that may not exist yet. */
void machine_describe(struct machine *machine, const char *id);
/*
 * What a user typed: an id; NAME of the lab in the current folder; a single machine; a
 * name that only one lab has. Dies with advice when there is none or more than one.
 */
void machine_find(struct machine *machine, const char *word, const char *lab_dir);
/* All of them, or those of one lab; sorted. */
void machine_list(struct machines *machines, const char *lab);
int machine_save(const struct machine *machine);

/* @status (may be NULL) receives what the keeper tells: pid, scripts, since. */
enum machine_state machine_state(const struct machine *machine, struct conf *status);
bool machine_runs(const struct machine *machine);

/*
 * Starts it and returns when its kernel runs; a machine that runs already is fine (1).
 * -errno or -EIO: *reason tells why.
 */
int machine_start(struct machine *machine, char **reason);
/* Asks for an orderly end; returns at once. */
int machine_stop(const struct machine *machine);
/* Ends it at once; returns when it is gone. */
int machine_kill(const struct machine *machine);
/* Waits until it has left a state; false: time over. @seconds < 0: for ever. */
bool machine_wait(const struct machine *machine, bool (*done)(enum machine_state), double seconds);
/* It is stopped, and all its files go. */
int machine_remove(struct machine *machine);

/* A connection to its keeper; starts a new keeper when that one died. -errno. */
int machine_connect(const struct machine *machine);
/* One request, one answer; 0, -errno, or -EIO with the answer in *reply. */
int machine_call(const struct machine *machine, const char *request, char **reply);

/* The process recorded in @path as "PID START", if it is still that one: a pidfd, or -ESRCH. */
int pid_file_open(const char *path, pid_t *pid);
int pid_file_write(const char *path, pid_t pid);

#endif
