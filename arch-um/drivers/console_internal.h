/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_internal.h - between the files console*.c
 */
#ifndef UM_CONSOLE_INTERNAL_H
#define UM_CONSOLE_INTERNAL_H

#include <linux/kfifo.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/tty.h>
#include <linux/workqueue.h>

#define CONSOLE_NR		16
#define CONSOLE_OUT_SIZE	4096

struct console_backend;

/* One conN= of the command line: a guest tty on one side, host descriptors on the other. */
struct console_line {
	struct tty_port port;
	unsigned int index;
	const struct console_backend *backend;
	const char *value;		/* of the option, behind "BACKEND:" */

	spinlock_t lock;		/* for all below; taken in hard interrupts */
	int in_fd, out_fd;		/* -1: none. One descriptor may be both */
	int listen_fd;			/* unix only */
	bool ended;			/* no more input will come from in_fd */
	bool lost;			/* nor does anybody take the output */
	bool blocked;			/* the host is full: console_line_ready() goes on */
	bool stalled;			/* the host took nothing for a while: printk does not wait */
	bool sysrq;			/* SYSRQ_KEY was typed */
	DECLARE_KFIFO(out, u8, CONSOLE_OUT_SIZE);

	struct timer_list flush;	/* output that nobody flushes */
	struct work_struct change;	/* a peer came or went, the window has a new size */
	struct delayed_work more;	/* input waits for room in the tty's buffer */
};

/*
 * What a console can be connected to. Optional calls may be NULL.
 * check  - 0 or -EINVAL for the text behind "NAME:"; called before the kernel is up
 * open   - fill in the descriptors; early in boot: no interrupts, no sleeping. It prints what fails
 * start  - work queues and interrupts are available now
 * change - in process context after console_line_changed(): look after peers
 * forget - make room by losing old output if nobody listens; -errno: somebody does
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

/* The backend that an option's value names, its rest in *@value; NULL if malformed. */
const struct console_backend *console_backend_find(const char *option, const char **value);

/* console.c: NULL where there is no console; NULL until there are ttys. */
extern struct console_line *console_lines[CONSOLE_NR];
extern struct tty_driver *console_driver;

/*
 * console_line.c, output; all with the lock held:
 * push  - move output to the host until it is full
 * wait  - sleep until the host takes more; false when it does not for long
 * drain - both, until nothing is left or the host does not move
 * block - be told, or not any more, that the host takes output again
 */
void console_line_push(struct console_line *line);
bool console_line_wait(struct console_line *line);
void console_line_drain(struct console_line *line);
void console_line_block(struct console_line *line, bool blocked);

/* console_line.c, input: pull - to @tty until it is throttled; more - line->more, does that again. */
void console_line_pull(struct console_line *line, struct tty_struct *tty);
void console_line_more(struct work_struct *work);

/* console_line.c: the host is ready for (or has) more on this line; hard interrupt. */
void console_line_ready(void *line);

/* console_printk.c: index - the line with the kernel's messages, -1 when none. */
void console_printk_register(void);
int console_printk_index(void);

/* console.c: have backend->change() called soon. Any context. */
void console_line_changed(void *line);

#endif /* UM_CONSOLE_INTERNAL_H */
