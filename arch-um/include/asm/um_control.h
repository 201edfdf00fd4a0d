/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_control.h - pass commands (lines of text) from the user of the machine to drivers
 *
 * Implemented in drivers/control.c.
 */
#ifndef _ASM_UM_UM_CONTROL_H
#define _ASM_UM_UM_CONTROL_H

#include <linux/types.h>
#include <linux/workqueue.h>

enum { UM_CONTROL_LINE_SIZE = 4608 };

struct um_control;

/* A command: its first word, and a function that gets the second word and the rest (or NULL). */
struct um_control_verb {
	const char *name;
	void (*carry_out)(struct um_control *control, char *word, char *rest);
};

/*
 * One socket. The driver sets name and verbs; an empty entry ends the table. A work item calls
 * the verbs one at a time; they may modify the words.
 */
struct um_control {
	const char *name;		/* of the option, for messages */
	const struct um_control_verb *verbs;

	int listen_fd, peer_fd;
	struct work_struct work;
	size_t used;
	char line[UM_CONTROL_LINE_SIZE];
};

/* um_control_start - listen at @path. Returns 0, or prints a line and returns -errno. */
int um_control_start(struct um_control *control, const char *path);

/* um_control_answer - send text to the peer. Only carry_out functions may call it. */
__printf(2, 3)
void um_control_answer(struct um_control *control, const char *format, ...);

#endif /* _ASM_UM_UM_CONTROL_H */
