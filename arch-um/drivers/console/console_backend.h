/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_backend.h - what a console can be connected to on the host
 */
#ifndef CONSOLE_BACKEND_H
#define CONSOLE_BACKEND_H

struct console_line;

/*
 * Optional calls may be NULL.
 * check  - 0 or -EINVAL for the text after "NAME:"; called before the kernel is up
 * open   - fill in the descriptors. Early in boot: no interrupts, no sleeping. Prints failures
 * start  - workqueues and interrupts are available now
 * change - in process context after console_line_changed(): accept and drop peers
 * forget - make room by dropping old output if nobody listens; -errno: somebody does.
 *	    Called with the line's lock held
 * end    - the machine shuts down
 */
struct console_backend {
	const char *name;
	int (*check)(const char *value);
	int (*open)(struct console_line *line);
	int (*start)(struct console_line *line);
	void (*change)(struct console_line *line);
	int (*forget)(struct console_line *line);
	void (*end)(struct console_line *line);
};

/* The backend that @option names, with its text in *@value; NULL if malformed. */
const struct console_backend *console_backend_find(const char *option, const char **value);

#endif /* CONSOLE_BACKEND_H */
