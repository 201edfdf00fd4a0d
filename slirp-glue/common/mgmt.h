/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mgmt.h - serve text commands on a socket
 *
 * A client sends lines. The answer to each line is any number of lines that begin with a
 * blank, then a line "ok" or "error: REASON". A command may take over the connection.
 */
#ifndef MGMT_H
#define MGMT_H

enum { MGMT_WORDS = 32 };		/* in a line */

struct mgmt_reply;

/*
 * A command. fn() gets the words of the line, followed by NULL, and answers with mgmt_line().
 * fn() returns 0, or -1 after mgmt_error(). The limits count the words after the name.
 */
struct mgmt_command {
	const char *name;
	int min_words, max_words;
	const char *usage;		/* what follows the name; NULL: nothing */
	int (*fn)(struct mgmt_reply *reply, char **words, int nr_words);
};

/* Listens at @path; an entry without a name ends @commands. Returns 0 or -errno. */
int mgmt_start(const char *path, const struct mgmt_command *commands);
void mgmt_stop(void);

void mgmt_line(struct mgmt_reply *reply, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Makes the answer an error; returns -1. */
int mgmt_error(struct mgmt_reply *reply, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sends "ok" and hands over the connection, whose descriptor it returns; -1 on failure. */
int mgmt_take(struct mgmt_reply *reply);

/* Answers with the list of the commands; for use as a command in the table. */
int mgmt_help(struct mgmt_reply *reply, char **words, int nr_words);

#endif /* MGMT_H */
