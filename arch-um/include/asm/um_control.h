/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_control.h - lines of text from whoever runs the machine, for drivers
 */
#ifndef _ASM_UM_UM_CONTROL_H
#define _ASM_UM_UM_CONTROL_H

#include <linux/types.h>
#include <linux/workqueue.h>

enum { UM_CONTROL_LINE_SIZE = 4608 };

struct um_control;

/* A command: the line's first word, and what to do with the second (NULL: none) and the rest. */
struct um_control_verb {
	const char *name;
	void (*carry_out)(struct um_control *control, char *word, char *rest);
};

/*
 * One socket. The driver names it and its verbs, which end with an empty one; they are
 * called by the workqueue, one at a time, and the words are theirs to take apart.
 */
struct um_control {
	const char *name;		/* of the option, for messages */
	const struct um_control_verb *verbs;

	int listen_fd, peer_fd;
	struct work_struct work;
	size_t used;
	char line[UM_CONTROL_LINE_SIZE];
};

/* um_control_start - listen at @path for the machine's user. Returns 0 or -errno, and says why. */
int um_control_start(struct um_control *control, const char *path);

/* um_control_answer - text for the peer; within a verb only. */
__printf(2, 3)
void um_control_answer(struct um_control *control, const char *format, ...);

#endif /* _ASM_UM_UM_CONTROL_H */
