/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_line.h - move bytes between a console's tty and the host
 */
#ifndef CONSOLE_LINE_H
#define CONSOLE_LINE_H

#include <linux/kfifo.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/tty.h>
#include <linux/workqueue.h>

enum {
	CONSOLE_NR = 16,
	CONSOLE_OUT_SIZE = 4096,
};

struct console_backend;

/* One console, which conN= on the command line defines. */
struct console_line {
	struct tty_port port;
	struct tty_driver *driver;	/* NULL until the ttys exist */
	unsigned int index;
	const struct console_backend *backend;
	const char *value;		/* of the option, after "BACKEND:" */
	bool printk;			/* this line carries the kernel's messages */

	spinlock_t lock;		/* for the fields below; taken in hard interrupts */
	int in_fd, out_fd;		/* -1: none. One descriptor may be both */
	int listen_fd;			/* unix only */
	bool ended;			/* no more input will come from in_fd */
	bool lost;			/* nobody takes the output any more */
	bool blocked;			/* the host takes no more until console_line_ready() */
	bool stalled;			/* host took nothing for too long: printk must not wait */
	bool sysrq;			/* SYSRQ_KEY was typed */
	DECLARE_KFIFO(out, u8, CONSOLE_OUT_SIZE);

	struct timer_list flush;	/* for output that nobody flushes */
	struct work_struct change;	/* a peer came or went, the window has a new size */
	struct delayed_work more;	/* input waits for room in the tty's buffer */
};

/* The consoles by number; NULL where there is none. console.c fills the array early in boot. */
extern struct console_line *console_lines[CONSOLE_NR];

/*
 * Output. All these functions are called with the lock held:
 * console_line_push - move output to the host until the host takes no more.
 * console_line_wait - wait until the host takes more, then push. False: the host took too long.
 * console_line_drain - push and wait until no output is left or a wait is too long.
 * console_line_block - start, or stop, watching for the host to take output again.
 */
void console_line_push(struct console_line *line);
bool console_line_wait(struct console_line *line);
void console_line_drain(struct console_line *line);
void console_line_block(struct console_line *line, bool blocked);

/*
 * Input:
 * console_line_pull - move input to @tty until @tty is throttled or the host has no more.
 * console_line_more - pull again. The function of line->more.
 */
void console_line_pull(struct console_line *line, struct tty_struct *tty);
void console_line_more(struct work_struct *work);

/* console_line_ready - push and pull: the host takes or has more bytes. Hard interrupt. */
void console_line_ready(void *line);

/* console_line_changed - schedule line->change. Any context. */
void console_line_changed(void *line);

#endif /* CONSOLE_LINE_H */
