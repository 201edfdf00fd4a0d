// SPDX-License-Identifier: GPL-2.0-only
/*
 * console_line.c - move bytes between a console's tty and the host
 *
 * Output: the tty operations (console.c) and printk (console_printk.c) fill line->out.
 * console_line_push() writes this queue to the host until the host returns -EAGAIN, and
 * console_line_ready() continues when the descriptor becomes writable. So a slow reader slows the
 * writers down and loses nothing. Only printk, which cannot wait long, gives up after
 * STALL_TIME and drops its text until the host reads again. After a crash, and when the
 * machine shuts down, printk waits until everything has been written.
 *
 * Input: console_line_pull() reads while the tty is open and not throttled. Other input stays
 * on the host until the tty is opened or unthrottled, or until line->more finds room in a tty
 * buffer that was full. End of file ends only the input: a console whose input is a file must not
 * hang up.
 *
 * SysRq: Ctrl-^ and a command key on printk's console. Ctrl-^ twice sends one Ctrl-^.
 *
 * The output functions are called in any context with the line's lock held. console_line_ready()
 * runs in hard interrupt context; it and console_line_pull() take the lock themselves.
 */
#include "console_line.h"

#include <linux/kernel.h>
#include <linux/sysrq.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <um/host.h>
#include "console_backend.h"

enum {
	SYSRQ_KEY = 0x1e,
	PULL_SIZE = 512,
	STALL_TIME = 500 * NSEC_PER_MSEC,
};

struct console_line *console_lines[CONSOLE_NR];

/* ---- output -------------------------------------------------------------- */

void console_line_block(struct console_line *line, bool blocked)
{
	line->blocked = blocked;
	host_poll_watch(line->out_fd, line->out_fd == line->in_fd, blocked);
}

void console_line_push(struct console_line *line)
{
	unsigned int size;
	ssize_t done;
	u8 *at;

	while ((size = kfifo_out_linear_ptr(&line->out, &at, CONSOLE_OUT_SIZE))) {
		done = line->out_fd < 0 ? size : host_file_write(line->out_fd, at, size);
		if (done == -EAGAIN) {
			if (line->backend->forget && !line->backend->forget(line))
				continue;
			if (!line->blocked)
				console_line_block(line, true);
			return;
		}
		/* A closed pipe or a full disk: nobody is going to read this output. */
		if (done < 0) {
			if (!line->lost) {
				line->lost = true;
				schedule_work(&line->change);
			}
			done = size;
		}
		kfifo_skip_count(&line->out, done);
	}
}

bool console_line_wait(struct console_line *line)
{
	if (line->stalled)
		return false;
	if (line->out_fd >= 0 && host_file_wait(line->out_fd, true, STALL_TIME))
		line->stalled = true;
	else
		console_line_push(line);
	return !line->stalled;
}

void console_line_drain(struct console_line *line)
{
	do
		console_line_push(line);
	while (!kfifo_is_empty(&line->out) && console_line_wait(line));
}

/* ---- input --------------------------------------------------------------- */

/* Remove SysRq sequences from @buf. Returns the new size, and the command key in *@command. */
static size_t sysrq_filter(struct console_line *line, u8 *buf, size_t size, u8 *command)
{
	size_t from, to = 0;

	if (!IS_ENABLED(CONFIG_MAGIC_SYSRQ) || !line->printk)
		return size;
	for (from = 0; from < size; from++) {
		if (line->sysrq) {
			line->sysrq = false;
			if (buf[from] != SYSRQ_KEY) {
				*command = buf[from];
				continue;
			}
		} else if (buf[from] == SYSRQ_KEY) {
			line->sysrq = true;
			continue;
		}
		buf[to++] = buf[from];
	}
	return to;
}

void console_line_pull(struct console_line *line, struct tty_struct *tty)
{
	u8 buf[PULL_SIZE], command = 0;
	unsigned long flags;
	bool pulled = false;
	ssize_t size;

	spin_lock_irqsave(&line->lock, flags);
	while (line->in_fd >= 0 && !line->ended && !command && !tty_throttled(tty)) {
		size = min_t(int, tty_buffer_space_avail(&line->port), PULL_SIZE);
		if (!size) {
			schedule_delayed_work(&line->more, 1);
			break;
		}
		size = host_file_read(line->in_fd, buf, size);
		if (size > 0) {
			size = sysrq_filter(line, buf, size, &command);
			tty_insert_flip_string(&line->port, buf, size);
			pulled = true;
			continue;
		}
		/*
		 * -EIO: nobody has the other end of the pseudo terminal open, or this process is
		 * not in the foreground of its terminal. Both may change.
		 */
		if (size != -EAGAIN && size != -EIO)
			line->ended = true;
		break;
	}
	spin_unlock_irqrestore(&line->lock, flags);
	if (pulled)
		tty_flip_buffer_push(&line->port);
	if (command) {
		/* The command prints, so the lock must be free. Then read what follows the key. */
		handle_sysrq(command);
		schedule_delayed_work(&line->more, 0);
	}
}

void console_line_more(struct work_struct *work)
{
	struct console_line *line = container_of(work, struct console_line, more.work);
	struct tty_struct *tty = tty_port_tty_get(&line->port);

	if (tty)
		console_line_pull(line, tty);
	tty_kref_put(tty);
}

void console_line_ready(void *data)
{
	struct console_line *line = data;
	struct tty_struct *tty = tty_port_tty_get(&line->port);
	unsigned long flags;

	spin_lock_irqsave(&line->lock, flags);
	line->stalled = false;
	if (line->blocked)
		console_line_block(line, false);
	console_line_push(line);
	spin_unlock_irqrestore(&line->lock, flags);
	if (!tty)
		return;
	tty_wakeup(tty);
	console_line_pull(line, tty);
	tty_kref_put(tty);
}

void console_line_changed(void *data)
{
	struct console_line *line = data;

	schedule_work(&line->change);
}
