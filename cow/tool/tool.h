/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool.h - what the verbs of umlab-disk share
 */
#ifndef COW_TOOL_H
#define COW_TOOL_H

#include <stdio.h>
#include "cow.h"
#include "io_posix.h"

enum {
	TOOL_OK = 0,
	TOOL_NO = 1,			/* different, damaged, or it did not work */
	TOOL_USAGE = 2,
};

/* Options of all verbs; which of them a verb takes stands in its table entry. */
struct tool_options {
	const char *base;
	const char *to;			/* format */
	const char *output;
	const char *socket;
	uint64_t size;
	unsigned int cluster_bits;
	bool json, repair, data, unsafe, raw, force, read_only, break_lock;
};

struct tool_verb {
	const char *name;
	const char *arguments;
	const char *options;		/* letters of those it takes */
	int min, max;			/* number of arguments */
	int (*run)(int argc, char **argv, const struct tool_options *options);
	const char *help;
};

/* Print "umlab-disk: ..." and end; warn: go on. */
__attribute__((format(printf, 1, 2), noreturn)) void tool_die(const char *format, ...);
__attribute__((format(printf, 1, 2))) void tool_warn(const char *format, ...);
/* tool_fail - the text of @error as a message; returns TOOL_NO. */
int tool_fail(const struct cow_error *error);

/* Progress on a terminal; stops the work after Ctrl-C. */
extern struct cow_progress tool_progress;
bool tool_step(const char *what, uint64_t done, uint64_t total);
bool tool_interrupted(void);

/* tool_open - a chain, with messages; NULL after one. @flags: enum cow_layer_open. */
struct cow_chain *tool_open(const char *path, unsigned int flags, const struct tool_options *options);
/* tool_close - TOOL_OK, or TOOL_NO after a message. */
int tool_close(struct cow_chain *chain);

/* tool_read, tool_write - one piece of a chain. */
int tool_read(struct cow_chain *chain, void *to, uint64_t offset, uint64_t size);
int tool_write(struct cow_chain *chain, void *from, uint64_t offset, uint64_t size);

/* tool_copy - all of @from into @to, which reads as zeros, or, with @below set, only what differs from that. */
int tool_copy(struct cow_chain *from, struct cow_chain *to, struct cow_chain *below, struct cow_error *error);

/* tool_part - the name under which @path is made; removed when the program is interrupted. tool_publish gives it its name. */
const char *tool_part(const char *path);
int tool_publish(const char *path, bool replace);
void tool_part_drop(void);

/* tool_size_text - "1.5 GiB". */
const char *tool_size_text(uint64_t size);

/* tool_command - run a program; TOOL_OK if it succeeds. */
int tool_command(const char *const *argv);

/* tool_parse_size - ends the program when it is none. */
uint64_t tool_parse_size(const char *text);

int tool_create(int argc, char **argv, const struct tool_options *options);
int tool_info(int argc, char **argv, const struct tool_options *options);
int tool_map(int argc, char **argv, const struct tool_options *options);
int tool_check(int argc, char **argv, const struct tool_options *options);
int tool_seal(int argc, char **argv, const struct tool_options *options);
int tool_resize(int argc, char **argv, const struct tool_options *options);
int tool_snapshot(int argc, char **argv, const struct tool_options *options);
int tool_rollback(int argc, char **argv, const struct tool_options *options);
int tool_commit(int argc, char **argv, const struct tool_options *options);
int tool_flatten(int argc, char **argv, const struct tool_options *options);
int tool_rebase(int argc, char **argv, const struct tool_options *options);
int tool_diff(int argc, char **argv, const struct tool_options *options);
int tool_compare(int argc, char **argv, const struct tool_options *options);
int tool_convert(int argc, char **argv, const struct tool_options *options);
int tool_pack(int argc, char **argv, const struct tool_options *options);
int tool_unpack(int argc, char **argv, const struct tool_options *options);
int tool_nbd(int argc, char **argv, const struct tool_options *options);
int tool_machine(int argc, char **argv, const struct tool_options *options);

#endif /* COW_TOOL_H */
