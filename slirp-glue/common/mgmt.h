/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mgmt.h - commands by text over a socket: the serving side
 *
 * A client sends lines. Each is answered by any number of lines that begin with a blank,
 * then one that says "ok" or "error: WHY". A command may take the connection over.
 */
#ifndef MGMT_H
#define MGMT_H

#include <stdbool.h>
#include "common/loop.h"

enum { MGMT_WORDS = 32 };

struct mgmt_reply;

/*
 * What a program understands. @fn gets the words of the line, NULL at the end, and answers
 * by mgmt_line(). It returns 0, or -1 after mgmt_error(). @nr_min counts words after the name.
 */
struct mgmt_command {
	const char *name;
	int nr_min, nr_max;
	const char *usage;
	int (*fn)(struct mgmt_reply *reply, char **words, int nr_words);
};

/* mgmt_start - listen at @path; @commands end with one that has no name. -errno. */
int mgmt_start(const char *path, const struct mgmt_command *commands);
void mgmt_stop(void);

void mgmt_line(struct mgmt_reply *reply, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int mgmt_error(struct mgmt_reply *reply, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* mgmt_take - the connection, as a descriptor of the caller's, after "ok" has been sent. */
int mgmt_take(struct mgmt_reply *reply);

/*
 * socket_listen - a listening unix socket of @type at @path, which replaces one that nobody
 * serves any more. -EADDRINUSE when somebody does. socket_connect - the other side.
 */
int socket_listen(const char *path, int type, unsigned int mode);
int socket_connect(const char *path, int type);

#endif /* MGMT_H */
