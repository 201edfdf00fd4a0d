/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_backend.h - connect a console to an object on the host
 */
#ifndef CONSOLE_BACKEND_H
#define CONSOLE_BACKEND_H

struct console_line;

/*
 * Optional calls may be NULL.
 * check  - check the text after "NAME:". Returns 0 or -EINVAL. Called before the kernel is up
 * open   - fill in the descriptors, print failures. Early in boot: no interrupts, no sleeping
 * start  - finish what open could not do: workqueues and interrupts are available now
 * change - accept and drop peers. Called in process context after console_line_changed()
 * forget - make room by dropping old output if nobody listens; -errno: somebody listens.
 *	    Called with the line's lock held
 * end    - clean up on the host when the machine shuts down
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

/*
 * Returns the backend that @option names, and the text after the name in *@value. NULL: malformed.
 */
const struct console_backend *console_backend_find(const char *option, const char **value);

#endif /* CONSOLE_BACKEND_H */
